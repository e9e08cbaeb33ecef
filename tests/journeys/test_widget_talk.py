"""A visitor talks in the browser: streaming, history, files, hostile words."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from appliance.connectors.messages import File
from tests.fakes.browser import bubbles, field, write
from tests.fakes.chat import Answer

pytestmark = pytest.mark.browser

HOSTILE = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "<svg onload=window.hacked=1><a href='javascript:window.hacked=1'>x</a>",
    "javascript:window.hacked=1 data:text/html,<script>window.hacked=1</script>",
    "</textarea></div><style>*{display:none}</style>",
    "{{constructor.constructor('window.hacked=1')()}} ${window.hacked=1}",
    "\u202egnirts desrever\u202c \u2066 never closed",
    "\x1b[2J\x1b]0;owned\x07 \x00 \u2028 \ufeff end",
    "Z̷̛̖̤͚̱a̸̡͓͕̓͗l̶̢̛̘̃g̴̨̝̈́̑o̵͔̓",
    "W" * 3000,
]


def test_an_answer_is_shown_as_it_comes_and_once(running, watched):
    running.box.answer = lambda _: Answer(
        "We are open until five", hold="open", citations=("Opening hours",)
    )
    page = watched.open(running.url)

    write(page, "When are you open?")
    expect(page.locator(".draft .bubble")).to_have_text("We are open ")
    expect(page.get_by_role("log")).not_to_contain_text("We are")
    running.call(running.box.go_on)

    expect(page.get_by_role("log")).to_contain_text("We are open until five")
    expect(page.locator(".draft")).to_have_count(0)
    expect(page.locator(".cite")).to_have_text("Source: Opening hours")
    assert bubbles(page) == ["When are you open?", "We are open until five"]


def test_a_draft_that_is_taken_back_leaves_the_screen(running, watched):
    running.box.answer = lambda _: Answer("The right words", pause_s=0.1, reset_first=True)
    page = watched.open(running.url)

    write(page, "Hello")
    expect(page.locator(".draft .bubble")).to_have_text("A wrong start")
    running.call(running.box.go_on)

    expect(page.get_by_role("log")).to_contain_text("The right words")
    assert "A wrong start" not in page.locator("frontdesk-chat").inner_text()


def test_waiting_shows_dots_and_says_it_once_to_screen_readers(running, watched):
    running.box.answer = lambda _: Answer("Done", pause_s=2.5)
    page = watched.open(running.url)

    write(page, "Hello")

    expect(page.locator(".dots")).to_be_visible()
    expect(page.get_by_text("Acme Corporation is writing")).to_have_count(1)
    expect(page.get_by_role("log")).to_contain_text("Done")
    expect(page.locator(".dots")).to_have_count(0)


def test_a_quick_reply_is_sent_and_vanishes(running, watched):
    running.box.answer = lambda text: Answer(
        f"Heard: {text}", quick_replies=("Book a demo", "No") if text == "Book a demo" else ()
    )
    page = watched.open(running.url)
    suggestions = page.get_by_role("group", name="Suggested answers").get_by_role("button")
    expect(suggestions).to_have_count(4)

    suggestions.filter(has_text="Book a demo").click()

    expect(page.get_by_role("log")).to_contain_text("Heard: Book a demo")
    expect(suggestions).to_have_text(["Book a demo", "No"])
    suggestions.last.click()
    expect(page.get_by_role("log")).to_contain_text("Heard: No")
    expect(suggestions).to_have_count(0)


def test_the_conversation_is_there_after_a_reload(running, watched):
    page = watched.open(running.url)
    for text in ("one", "two", "three"):
        write(page, text)
        expect(page.get_by_role("log")).to_contain_text(f"You said: {text}")
    before = bubbles(page)

    page.reload()

    expect(page.get_by_role("log")).to_contain_text("You said: three")
    assert bubbles(page) == before
    expect(page.get_by_text("Today")).to_have_count(1)
    expect(page.get_by_role("group", name="Suggested answers")).to_be_hidden()


def test_a_long_history_comes_whole_and_opens_at_its_end(running, watched):
    page = watched.open(running.url)
    write(page, "Hello")
    expect(page.get_by_role("log")).to_contain_text("You said: Hello")
    visitor = running.visitor()
    running.call(lambda: [running.box.say(visitor, f"number {n}") for n in range(450)])

    page.reload()

    expect(page.get_by_text("number 449", exact=True)).to_be_in_viewport()
    assert bubbles(page)[2:] == [f"number {n}" for n in range(450)]


def test_reading_above_is_not_disturbed_and_the_newest_is_one_press_away(running, watched):
    page = watched.open(running.url)
    write(page, "Hello")
    visitor = running.visitor()
    running.call(lambda: [running.box.say(visitor, f"number {n}") for n in range(40)])
    expect(page.get_by_text("number 39", exact=True)).to_be_in_viewport()
    page.locator(".scroll").evaluate("element => element.scrollTo(0, 0)")
    expect(page.get_by_role("button", name="Jump to newest")).to_be_visible()

    running.call(lambda: running.box.say(visitor, "the newest"))
    expect(page.get_by_role("button", name="New messages")).to_be_visible()
    assert page.locator(".scroll").evaluate("element => element.scrollTop") == 0
    page.get_by_role("button", name="New messages").click()

    expect(page.get_by_text("the newest", exact=True)).to_be_in_viewport()
    expect(page.get_by_role("button", name="New messages")).to_be_hidden()


def test_a_calendar_file_can_be_downloaded(running, watched):
    running.box.answer = lambda _: Answer(
        "Booked", files=(File("demo", "Demo, 19 November.ics", "text/calendar"),)
    )
    page = watched.open(running.url)
    write(page, "Book")

    with page.expect_download() as download:
        page.get_by_role("link", name="Demo, 19 November.ics").click()

    assert download.value.suggested_filename == "Demo, 19 November.ics"
    assert download.value.path().read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_hostile_words_are_only_ever_words(running, watched):
    page = watched.open(running.url)
    expect(page.get_by_role("group", name="Suggested answers")).to_be_visible()

    for text in HOSTILE:
        write(page, text)
        expect(page.locator(".log .row")).to_have_count(1 + 2 * (HOSTILE.index(text) + 1))
    page.reload()
    expect(page.locator(".log .row")).to_have_count(1 + 2 * len(HOSTILE))

    shown = bubbles(page)
    for number, text in enumerate(HOSTILE):
        assert shown[2 * number] == text.replace("\0", "\ufffd")
    assert page.evaluate("window.hacked") is None
    assert page.locator(".log .bubble *").count() == 0
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 1000


def test_addresses_become_links_that_carry_nothing_along(running, watched):
    running.box.answer = lambda _: Answer(
        "See https://acme.example/a?b=1&c=2. Or (http://acme.example), or hello@acme.example! "
        "Not ftp://acme.example, javascript:alert(1), https://user@"
    )
    page = watched.open(running.url)
    write(page, "Hello")
    expect(page.get_by_role("log")).to_contain_text("See https")

    links = page.locator(".log .bubble a")
    assert [link.get_attribute("href") for link in links.all()] == [
        "https://acme.example/a?b=1&c=2",
        "http://acme.example/",
        "mailto:hello@acme.example",
    ]
    for link in links.all():
        assert link.get_attribute("rel") == "noopener nofollow"


def test_a_text_from_right_to_left_is_set_from_right_to_left(running, watched):
    page = watched.open(running.url)

    write(page, "مرحبا، متى تفتحون؟")

    expect(page.get_by_role("log")).to_contain_text("You said")
    mine, answer = page.locator(".log .bubble").all()[1:]
    assert mine.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert answer.evaluate("e => getComputedStyle(e).direction") == "ltr"


def test_a_hundred_thousand_characters_are_refused_kindly(running, watched):
    page = watched.open(running.url)
    field(page).fill("x" * 100_000)

    field(page).press("Enter")

    expect(page.locator(".count")).to_have_text(
        "Too long by 96,000 characters. Please shorten your message."
    )
    assert field(page).input_value() == "x" * 100_000
    assert not running.box.posts
    field(page).fill("x" * 4000)
    expect(page.locator(".count")).to_have_text("4,000 of 4,000 characters")
    field(page).press("Enter")
    expect(page.get_by_role("log")).to_contain_text("You said: xxx")


def test_two_tabs_show_the_same(running, watched):
    first = watched.open(running.url)
    write(first, "from the first")
    expect(first.get_by_role("log")).to_contain_text("You said: from the first")
    second = watched.open(running.url)
    expect(second.get_by_role("log")).to_contain_text("You said: from the first")

    write(second, "from the second")

    expect(first.get_by_role("log")).to_contain_text("You said: from the second")
    expect(second.get_by_role("log")).to_contain_text("You said: from the second")
    assert bubbles(first) == bubbles(second)
    assert running.box.posts == {"from the first": 1, "from the second": 1}


def test_a_person_who_takes_over_is_seen(running, watched):
    page = watched.open(running.url)
    write(page, "Hello")
    expect(page.get_by_role("log")).to_contain_text("You said: Hello")
    visitor = running.visitor()
    expect(page.get_by_role("button", name="Basic mode")).to_be_visible()

    def take_over() -> None:
        running.box.talk(visitor).state = "with_person"
        running.box.say(visitor, "Hi, this is Sam.", role="person")

    running.call(take_over)

    expect(page.get_by_text("You are talking with our team")).to_be_visible()
    expect(page.get_by_role("button", name="Basic mode")).to_be_hidden()
    expect(page.get_by_role("log")).to_contain_text("Team:Hi, this is Sam.")
