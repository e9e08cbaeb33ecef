"""What a visitor sees when lines break, servers refuse and tokens end: nothing lost or doubled."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from appliance.core import errors
from tests.fakes import chat
from tests.fakes.browser import bubbles, field, write
from tests.fakes.chat import Answer
from tests.fakes.running import free_port, wait_for

pytestmark = pytest.mark.browser

OFFLINE = "You are offline. Your message is kept and will be sent when the connection returns."


def greet(page: Page) -> None:
    """Say hello, so that there is a conversation."""
    write(page, "Hello")
    expect(page.get_by_role("log")).to_contain_text("You said: Hello")


def test_a_line_that_breaks_again_and_again_loses_and_repeats_nothing(running, watched):
    running.box.repeats_events = True
    page = watched.open(running.url)
    greet(page)
    visitor = running.visitor()

    for number in range(30):
        running.call(lambda n=number: running.box.say(visitor, f"number {n}"))
        if number % 5 == 2:
            running.call(running.box.drop_lines)
            running.call(lambda n=number: running.box.say(visitor, f"number {n} and a half"))

    said = [one.text for one in running.box.talk(visitor).said]
    wait_for(lambda: bubbles(page) == said, 15, "all words on the page, each once")
    assert len(said) == len(set(said)) == 2 + 30 + 6


def test_a_draft_cut_in_the_middle_ends_as_the_whole_answer(running, watched):
    running.box.answer = lambda _: Answer("We are open until five", hold="open")
    page = watched.open(running.url)
    write(page, "When?")
    expect(page.locator(".draft .bubble")).to_have_text("We are open ")

    running.call(running.box.drop_lines)
    expect(page.locator(".draft")).to_have_count(0)
    running.call(running.box.go_on)

    expect(page.get_by_role("log")).to_contain_text("We are open until five")
    expect(page.locator(".draft")).to_have_count(0)
    assert bubbles(page) == ["When?", "We are open until five"]


def test_offline_words_are_kept_and_sent_when_the_connection_returns(running, watched):
    page = watched.open(running.url)
    greet(page)

    watched.context.set_offline(True)
    page.wait_for_function("!navigator.onLine")
    for text in ("first", "second"):
        write(page, text)

    expect(page.locator(".notice")).to_have_text(OFFLINE)
    expect(page.get_by_role("status")).to_have_text(OFFLINE)
    expect(page.get_by_text("Waiting to be sent")).to_have_count(2)
    assert running.box.posts == {"Hello": 1}
    watched.context.set_offline(False)

    expect(page.get_by_role("log")).to_contain_text("You said: second")
    expect(page.locator(".notice")).to_be_hidden()
    expect(page.get_by_text("Waiting to be sent")).to_have_count(0)
    assert running.box.posts == {"Hello": 1, "first": 1, "second": 1}
    assert [text for text in bubbles(page) if "You said" not in text] == [
        "Hello",
        "first",
        "second",
    ]


def test_what_was_not_sent_survives_a_reload(running, watched):
    page = watched.open(running.url)
    greet(page)
    blocked = re.compile(r"/v1/chat/messages$")
    watched.context.route(blocked, lambda route: route.abort())
    write(page, "kept over the reload")
    field(page).fill("half a thought")
    expect(page.get_by_text("Waiting to be sent")).to_be_visible()

    page.reload()
    expect(page.get_by_text("kept over the reload", exact=True)).to_be_visible()
    assert field(page).input_value() == "half a thought"
    watched.context.unroute(blocked)

    expect(page.get_by_role("log")).to_contain_text(
        "You said: kept over the reload", timeout=20_000
    )
    assert running.box.posts["kept over the reload"] == 1
    assert bubbles(page).count("kept over the reload") == 1


@pytest.mark.parametrize("names_clients", [True, False])
def test_a_message_whose_receipt_was_lost_is_shown_and_answered_once(
    running, watched, names_clients
):
    running.box.names_clients = names_clients
    page = watched.open(running.url)
    greet(page)
    seen: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        route.fetch()
        seen.append(page.locator(".log").get_by_text("only once", exact=True).count())
        route.abort()
        watched.context.unroute("**/v1/chat/messages")

    watched.context.route("**/v1/chat/messages", lose)

    write(page, "only once")

    expect(page.get_by_role("log")).to_contain_text("You said: only once")
    expect(page.locator(".unsent")).to_have_count(0)
    assert seen == [1]
    assert running.box.posts["only once"] == 1
    assert bubbles(page).count("only once") == 1
    # It is asked for again, and then forgotten.
    page.wait_for_function("""() => Object.values(localStorage).join().includes('"items":[]')""")
    assert running.box.posts["only once"] == 1
    assert bubbles(page).count("only once") == 1


def test_a_server_that_fails_after_storing_is_asked_again_under_the_same_id(running, watched):
    page = watched.open(running.url)
    greet(page)
    running.box.lost_replies = 1

    write(page, "only once")

    expect(page.get_by_role("log")).to_contain_text("You said: only once")
    expect(page.locator(".unsent")).to_have_count(0)
    assert running.box.posts["only once"] == 1
    assert bubbles(page).count("only once") == 1


def test_a_visitor_who_is_too_quick_is_told_how_long_to_wait(running, watched):
    page = watched.open(running.url)
    greet(page)
    running.box.refusals = [errors.TooMany("Too many.", retry_after_s=2)]

    write(page, "too quick")

    expect(page.locator(".notice")).to_have_text(re.compile(r"will be sent in [12] seconds?\."))
    expect(page.get_by_role("log")).to_contain_text("You said: too quick")
    expect(page.locator(".notice")).to_be_hidden()
    assert running.box.posts["too quick"] == 1


def test_during_maintenance_the_message_waits(running, watched):
    page = watched.open(running.url)
    greet(page)
    running.box.refusals = [errors.Unavailable("The database is locked.", retry_after_s=2)]

    write(page, "please")

    expect(page.locator(".notice")).to_contain_text("paused for maintenance. Your message is kept")
    expect(page.get_by_role("log")).to_contain_text("You said: please")
    expect(page.locator(".notice")).to_be_hidden()


def test_a_chat_in_safe_mode_says_so_and_comes_back(running, watched):
    config = running.box.config
    page = watched.open(running.url)
    greet(page)
    running.box.config = None

    running.call(running.box.drop_lines)
    expect(page.locator(".notice")).to_contain_text("paused for maintenance. It will be back")
    running.box.config = config
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.locator(".notice")).to_be_hidden()
    write(page, "again")
    expect(page.get_by_role("log")).to_contain_text("You said: again")


def test_a_final_refusal_can_be_tried_again_or_removed(running, watched):
    page = watched.open(running.url)
    greet(page)
    running.box.refusals = [errors.TooLarge("This is more than we take."), errors.Refused("No.")]

    write(page, "one")
    write(page, "two")
    expect(page.get_by_text("Not sent. This is more than we take.")).to_be_visible()
    expect(page.get_by_text("Not sent. No.")).to_be_visible()
    page.get_by_role("button", name="Remove").last.click()
    expect(page.get_by_role("button", name="Try again")).to_have_count(1)
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_role("log")).to_contain_text("You said: one")
    expect(page.get_by_text("Not sent.")).to_have_count(0)
    assert running.box.posts == {"Hello": 1, "one": 1}


def test_a_token_that_ends_is_renewed_without_a_word(watched):
    clock = chat.HandClock()
    with chat.served(lambda: chat.ChatBox(clock=clock), port=free_port()) as running:
        page = watched.open(running.url)
        greet(page)
        field(page).fill("half a thought")
        clock.pass_(181 * 86_400)

        write(page, "after half a year")

        expect(page.get_by_role("log")).to_contain_text("You said: after half a year")
        shown = ["Hello", "You said: Hello", "after half a year", "You said: after half a year"]
        assert bubbles(page) == shown
        assert len(running.box.talks) == 2
        assert running.box.posts == {"Hello": 1, "after half a year": 1}
        expect(page.locator(".notice")).to_be_hidden()


def test_a_token_somebody_spoilt_costs_nothing_that_was_written(running, watched):
    page = watched.open(running.url)
    greet(page)
    field(page).fill("half a thought")
    page.evaluate(
        """() => { for (const key of Object.keys(localStorage))
             if (key.endsWith(" visitor")) localStorage.setItem(key, '{"token":"spoilt"}'); }"""
    )

    page.reload()

    expect(page.get_by_role("group", name="Suggested answers")).to_be_visible()
    assert field(page).input_value() == "half a thought"
    field(page).press("Enter")
    expect(page.get_by_role("log")).to_contain_text("You said: half a thought")


def test_a_hidden_tab_lets_go_of_its_line_and_catches_up_when_seen(running, watched):
    watched.context.clock.install()
    page = watched.open(running.url)
    greet(page)
    assert running.box.lines() == 1
    visitor = running.visitor()
    show = """hidden => { Object.defineProperty(document, "hidden", {value: hidden,
      configurable: true}); document.dispatchEvent(new Event("visibilitychange")); }"""

    page.evaluate(show, True)
    page.clock.fast_forward(25_000)
    wait_for(lambda: running.call(running.box.lines) == 0, 5, "the line's end")
    running.call(lambda: running.box.say(visitor, "said meanwhile"))
    page.evaluate(show, False)

    expect(page.get_by_role("log")).to_contain_text("said meanwhile")
    assert bubbles(page) == ["Hello", "You said: Hello", "said meanwhile"]


def test_a_browser_without_storage_can_chat_all_the_same(running, watched):
    watched.context.add_init_script(
        """for (const kind of ["localStorage", "sessionStorage"])
             Object.defineProperty(window, kind, { get() { throw new Error("blocked"); } });"""
    )
    page = watched.open(running.url)

    greet(page)
    write(page, "again")

    expect(page.get_by_role("log")).to_contain_text("You said: again")
    assert len(running.box.talks) == 1


def test_a_server_that_restarts_is_found_again(watched):
    port = free_port()
    boxes: list[chat.ChatBox] = []

    def first() -> chat.ChatBox:
        boxes.append(chat.ChatBox())
        return boxes[0]

    def second() -> chat.ChatBox:
        made = chat.ChatBox()
        for visitor, talk in boxes[0].talks.items():
            made.talks[visitor] = chat.Talk(said=list(talk.said))
        return made

    with chat.served(first, port=port) as running:
        page = watched.open(running.url)
        greet(page)
    write(page, "while it was away")
    expect(page.locator(".notice")).to_contain_text("We cannot be reached right now.")
    with chat.served(second, port=port) as running:
        expect(page.get_by_role("log")).to_contain_text(
            "You said: while it was away", timeout=30_000
        )

        shown = ["Hello", "You said: Hello", "while it was away", "You said: while it was away"]
        assert bubbles(page) == shown
        expect(page.locator(".notice")).to_be_hidden()
