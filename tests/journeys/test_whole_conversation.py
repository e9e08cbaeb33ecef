"""The whole conversation of a first visitor, in a real browser, against the real processes.

With FRONTDESK_PICTURES=FOLDER the pictures of the README are taken on the way.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.browser import field, watched, write
from tests.fakes.running import Running, environment, running, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MONDAY = "2026-11-16T15:00:00Z"  # 10:00 in New York


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole")


@pytest.fixture(scope="module")
def appliance(folder: Path) -> Iterator[Running]:
    with running(folder, "appliance", "up", clock_start=MONDAY) as up:
        wait_for(lambda: up.answers() and up.get("/ready")[0] == 200, 60, "ready")
        yield up


def command(folder: Path, *arguments: str) -> str:
    """Run an `appliance` command beside the running processes."""
    done = subprocess.run(
        [sys.executable, "-m", "appliance", *arguments],
        env=environment(folder, 1, clock_start=MONDAY),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def picture(page: Page, name: str) -> None:
    target = os.environ.get("FRONTDESK_PICTURES")
    if target:
        page.screenshot(path=f"{target}/{name}.png")


def ask(page: Page, text: str, expected: str) -> None:
    """Say something and wait until the log shows what is expected."""
    write(page, text)
    expect(page.get_by_role("log")).to_contain_text(expected)
    expect(page.locator(".draft")).to_have_count(0)


def test_a_visitor_is_served_from_the_first_question_to_a_person(
    chromium: Browser, appliance: Running, folder: Path
) -> None:
    url = f"http://127.0.0.1:{appliance.port}/"
    with watched(chromium, viewport={"width": 900, "height": 820}) as watch:
        page = watch.open(url)
        expect(page.get_by_role("button", name="Basic mode")).to_be_visible()
        picture(page, "start")

        ask(page, "When are you open?", "Monday to Friday")
        expect(page.locator(".cite").first).to_contain_text("Opening hours")
        ask(page, "What is Premium?", "unlimited workflows")
        ask(page, "What does Premium cost for 10 people?", "$990.00")
        ask(page, "And with a 10% discount?", "$891.00")
        picture(page, "answers")

        ask(page, "Could I see a demo on Thursday at 3?", "May I have your name?")
        ask(page, "Is there parking?", "garage behind the building")
        ask(page, "Jane Doe", "e-mail address")
        ask(page, "jane@doe.example", "Thursday 19 November at 3:00 pm")
        ask(page, "no, make it 4 pm", "4:00 pm")
        ask(page, "yes please", "Your demo is booked for Thursday, November 19 at 4:00 PM")
        expect(page.get_by_role("log")).to_contain_text("How did you hear about us?")
        picture(page, "booked")

        with page.expect_download() as download:
            page.locator("a[href*='/v1/chat/files/']").first.click()
        invitation = download.value.path().read_text("utf-8")
        assert "DTSTART:20261119T210000Z" in invitation
        assert "BEGIN:VCALENDAR" in invitation

        ask(page, "A friend told me", "Thank you")
        ask(page, "Please save my details, Jane Doe, jane@doe.example", "Is that right?")
        ask(page, "yes", "Your details are saved")
        write(page, "What about 30% off for 10 Premium seats?")
        expect(page.get_by_role("log")).to_contain_text("colleague to decide")

        waiting = json.loads(command(folder, "approvals", "list", "--json"))
        assert [each["tool"] for each in waiting] == ["check_pricing"]
        command(folder, "approvals", "approve", waiting[0]["id"], "--note", "good customer")
        expect(page.get_by_role("log")).to_contain_text("$693.00")

        ask(page, "I would like to talk to a real person now", "reference T-")
        picture(page, "person")

        ticket = json.loads(command(folder, "tickets", "list", "--json"))[0]
        command(folder, "tickets", "take", ticket["reference"])
        command(folder, "tickets", "reply", ticket["reference"], "Hello Jane, this is Ann.")
        expect(page.get_by_role("log")).to_contain_text("Hello Jane, this is Ann.")
        picture(page, "with-person")

        page.reload()
        expect(page.get_by_role("log")).to_contain_text("When are you open?")
        expect(page.get_by_role("log")).to_contain_text("Hello Jane, this is Ann.")


def test_the_page_is_usable_on_a_phone_in_the_dark(chromium: Browser, appliance: Running) -> None:
    url = f"http://127.0.0.1:{appliance.port}/"
    with watched(
        chromium, viewport={"width": 390, "height": 780}, color_scheme="dark", is_mobile=True
    ) as watch:
        page = watch.open(url)
        write(page, "When are you open on Saturday?")
        expect(page.get_by_role("log")).to_contain_text("closed")
        picture(page, "phone-dark")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        expect(field(page)).to_be_visible()


def test_everything_said_stands_in_the_database_and_nobody_can_read_it_there(
    appliance: Running, folder: Path
) -> None:
    files = list((folder / "data").glob("*.db*"))
    stored = b"".join(path.read_bytes() for path in files)

    assert len(stored) > 100_000
    for said in (b"jane@doe.example", b"Jane Doe", b"A friend told me", b"this is Ann"):
        assert said not in stored
    chat = command(folder, "tickets", "list")
    assert "T-" in chat
