"""The bubble on other people's sites, by keyboard, on phones and for screen readers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from appliance.api import chat_pages
from tests.fakes import chat
from tests.fakes.browser import bubbles, field, watched, write
from tests.fakes.running import free_port

pytestmark = pytest.mark.browser

FRAME = """url => {
  const frame = document.createElement("iframe");
  frame.src = url;
  document.body.append(frame);
}"""
WIDGET = Path(chat_pages.__file__).parent / "pages" / "widget.js"


def test_a_visitor_chats_on_a_listed_site(running, watched):
    page = watched.open(running.foreign())
    assert not running.box.talks
    page.get_by_role("button", name="Open chat").click()

    write(page, "Hello")

    expect(page.get_by_role("log")).to_contain_text("You said: Hello")
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("You said: Hello")
    assert bubbles(page) == ["Hello", "You said: Hello"]


def test_a_site_that_is_not_listed_gets_no_chat_and_its_owner_a_hint(chromium):
    port = free_port()
    with chat.served(chat.ChatBox, port=port) as running, watched(chromium) as browser:
        page = browser.open(running.foreign(open="true"))

        expect(page.locator(".notice")).to_have_text("This chat is not available on this site.")
        expect(field(page)).to_be_disabled()
        assert not running.box.talks
        assert any(f"Add http://localhost:{port} to allowed_origins" in w for w in browser.warnings)


def test_a_listed_site_reads_refusals_too(running, watched):
    page = watched.open(running.foreign(open="true"))
    write(page, "Hello")
    expect(page.get_by_role("log")).to_contain_text("You said: Hello")
    running.box.config = None

    write(page, "In safe mode we cannot know which sites are listed")

    # Without the config no foreign site is known: this looks like a line that broke.
    expect(page.locator(".notice")).to_have_text(re.compile("cannot be reached|maintenance"))
    running.box.config = chat.sample_config(allowed_origins=(f"http://localhost:{running.port}",))
    expect(page.get_by_role("log")).to_contain_text("You said: In safe mode", timeout=20_000)


def test_the_whole_chat_works_by_keyboard(running, watched):
    page = watched.open(running.foreign())
    launcher = page.get_by_role("button", name="Open chat")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(launcher).to_be_focused()

    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()
    page.keyboard.type("first line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second line")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("You said: first line\nsecond line")
    expect(field(page)).to_be_focused()
    assert field(page).input_value() == ""

    page.keyboard.press("Tab")  # the send button
    expect(page.get_by_role("button", name="Send message")).to_be_focused()
    panel = page.get_by_role("dialog")
    for reached in (
        field(page),
        panel.get_by_role("region", name="Conversation"),
        panel.get_by_role("button", name="Close chat"),
        panel.get_by_role("button", name="Basic mode"),
    ):
        page.keyboard.press("Shift+Tab")
        expect(reached).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("note")).to_contain_text("without an AI language model")
    page.keyboard.press("Escape")
    expect(page.get_by_role("note")).to_be_hidden()
    expect(page.get_by_role("button", name="Basic mode")).to_be_focused()

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(launcher).to_be_focused()


def test_a_quick_reply_by_keyboard_does_not_lose_the_focus(running, watched):
    page = watched.open(running.foreign(open="true"))
    button = page.get_by_role("button", name="Book a demo")
    button.focus()

    page.keyboard.press("Enter")

    expect(page.get_by_role("log")).to_contain_text("You said: Book a demo")
    expect(field(page)).to_be_focused()


def test_enter_while_composing_a_character_does_not_send(running, watched):
    page = watched.open(running.url)
    field(page).fill("にほん")

    field(page).evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true}))"
    )
    field(page).evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229}))"
    )

    assert field(page).input_value() == "にほん"
    assert not running.box.posts


def test_new_messages_behind_a_closed_panel_are_counted(running, watched):
    page = watched.open(running.foreign(open="true"))
    write(page, "Hello")
    expect(page.get_by_role("log")).to_contain_text("You said: Hello")
    visitor = running.visitor()
    page.get_by_role("dialog").get_by_role("button", name="Close chat").click()

    running.call(lambda: [running.box.say(visitor, text) for text in ("one", "two")])

    launcher = page.get_by_role("button", name="Open chat, 2 new messages")
    expect(launcher).to_be_visible()
    launcher.click()
    expect(page.locator(".unread")).to_be_hidden()


def test_the_host_page_and_the_widget_leave_each_other_alone(running, watched):
    page = watched.open(running.foreign(open="true"))
    expect(page.get_by_role("group", name="Suggested answers")).to_be_visible()

    bubble = page.locator(".log .bubble").first
    assert bubble.evaluate("e => getComputedStyle(e).fontSize") == "15px"
    assert bubble.evaluate("e => getComputedStyle(e).color") == "rgb(27, 31, 39)"
    assert page.locator("h1").evaluate("e => getComputedStyle(e).fontFamily").startswith("Georgia")
    own = page.evaluate("Object.keys(window).filter((name) => /frontdesk/i.test(name))")
    assert own == ["Frontdesk"]
    assert page.evaluate("document.styleSheets.length") == 1


@pytest.mark.parametrize(
    ("colour", "words"), [("ffd43b", "rgb(0, 0, 0)"), ("7a4a21", "rgb(255, 255, 255)")]
)
def test_a_sites_own_colour_stays_readable(running, watched, colour, words):
    page = watched.open(running.foreign(color=colour))

    launcher = page.get_by_role("button", name="Open chat")

    assert launcher.evaluate("e => getComputedStyle(e).color") == words


def test_on_a_phone_the_panel_fills_the_screen_and_fingers_find_everything(running, chromium):
    phone = {"viewport": {"width": 390, "height": 780}, "is_mobile": True, "has_touch": True}
    with watched(chromium, **phone) as browser:
        page = browser.open(running.foreign(open="true"))
        expect(page.get_by_role("group", name="Suggested answers")).to_be_visible()

        place = page.get_by_role("dialog").evaluate(
            "e => [e.offsetLeft, e.offsetTop, e.offsetWidth, e.offsetHeight]"
        )

        assert place == [0, 0, 390, 780]
        expect(page.locator(".launcher")).to_be_hidden()
        for button in page.get_by_role("button").all():
            name = button.get_attribute("class")
            if name != "badge":
                width, height = button.evaluate("e => [e.offsetWidth, e.offsetHeight]")
                assert min(width, height) >= 44, name
        # The badge is small to the eye, and as large as the others to a finger.
        page.locator(".badge").click(position={"x": 40, "y": 30}, force=True)
        expect(page.get_by_role("note")).to_be_visible()
        # Where fingers type, opening does not call up the keyboard.
        expect(field(page)).not_to_be_focused()


def test_on_the_smallest_screen_nothing_sticks_out(running, chromium):
    with watched(chromium, viewport={"width": 320, "height": 400}) as browser:
        page = browser.open(running.url)
        expect(page.get_by_role("group", name="Suggested answers")).to_be_visible()

        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        expect(field(page)).to_be_in_viewport()
        for name in ("Basic mode", "Send message"):
            expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)


def test_screen_readers_get_names_roles_and_quiet_history(running, watched):
    page = watched.open(running.url)
    write(page, "Hello")
    log = page.get_by_role("log", name="Messages")
    expect(log).to_contain_text("You:Hello")
    expect(log).to_contain_text("Acme Corporation:You said: Hello")

    page.reload()

    expect(log).to_contain_text("You said: Hello")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_have_attribute("aria-busy", "false")
    expect(page.get_by_role("main", name="Chat with Acme Corporation")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme Corporation")
    expect(page.locator(".live")).to_have_attribute("aria-hidden", "true")
    for button in page.get_by_role("button").all():
        assert button.get_attribute("aria-label") or button.inner_text()


def test_who_asks_for_calm_gets_no_motion(running, chromium):
    with watched(chromium, reduced_motion="reduce") as browser:
        running.box.answer = lambda _: chat.Answer("Done", pause_s=3)
        page = browser.open(running.url)
        write(page, "Hello")

        dot = page.locator(".dots i").first

        assert dot.evaluate("e => getComputedStyle(e).animationName") == "none"


def test_without_script_the_page_still_says_how_to_reach_us(running, chromium):
    with watched(chromium, java_script_enabled=False) as browser:
        page = browser.open(running.url)

        expect(page.get_by_role("link", name="hello@acme.example")).to_be_visible()


def test_a_foreign_page_cannot_frame_the_chat_unless_it_is_listed(running, watched):
    page = watched.open(running.foreign())
    page.evaluate(FRAME, running.url)
    listed = page.frame_locator("iframe")
    expect(listed.get_by_label("Your message")).to_be_attached()

    running.box.config = chat.sample_config()
    page.reload()
    page.evaluate(FRAME, running.url)
    page.wait_for_timeout(1000)
    assert page.frame_locator("iframe").get_by_label("Your message").count() == 0
    watched.wrong = [one for one in watched.wrong if "frame-ancestors" not in one]


def _luminance(colour: str) -> float:
    if len(colour) == 4:
        colour = "#" + "".join(2 * one for one in colour[1:])
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_of_colours_can_be_read(scheme):
    source = WIDGET.read_text("utf-8")
    blocks = re.findall(r"\.root \{(.*?)\n\s*\}", source, re.DOTALL)
    colours: dict[str, str] = {}
    for block in blocks[: 1 if scheme == "light" else 2]:
        colours |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))
    grounds = ("ground", "raised", "log", "bubble")
    pairs = [("on-accent", "accent", 4.5), ("on-warn", "warn", 4.5)]
    pairs += [(words, ground, 4.5) for words in ("text", "quiet", "bad") for ground in grounds]
    pairs += [(line, ground, 3.0) for line in ("edge", "ring") for ground in ("ground", "raised")]

    for words, ground, least in pairs:
        lights = sorted((_luminance(colours[words]), _luminance(colours[ground])))
        ratio = (lights[1] + 0.05) / (lights[0] + 0.05)
        assert ratio >= least, f"{words} on {ground}: {ratio:.2f}"
