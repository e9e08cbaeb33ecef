"""Where a call of ours is sent, and what a person is told before they take a caller."""

from __future__ import annotations

import pytest

from appliance.config.model import Trunk
from appliance.connectors.phone import access
from appliance.connectors.phone.outward import Destination, destination
from appliance.core import errors
from appliance.voice import wording

TRUNK = Trunk(
    address="sip.provider.example:5080",
    number="+16175550100",
    transport="tls",
    username="acme",
    password_secret="trunk",
)


def no_secret(name: str) -> str | None:
    return None


def test_an_address_of_the_pbx_needs_no_trunk():
    to = destination("sip:200@192.0.2.7:5080;transport=tcp", None, secret=no_secret)

    assert to == Destination(user="200", host="192.0.2.7:5080", transport="tcp", shown="frontdesk")


@pytest.mark.parametrize(
    ("to", "transport"),
    [
        ("sip:200@pbx.example;user=phone;transport=tcp", "tcp"),
        ("sip:200@pbx.example;transport=TLS?x=y", "tls"),
        ("sip:200@pbx.example;transport=ws", "udp"),
        ("SIPS:200@pbx.example;transport=tcp", "tls"),
    ],
)
def test_the_transport_may_stand_anywhere_and_one_we_do_not_speak_is_left(to, transport):
    assert destination(to, None, secret=no_secret).transport == transport


def test_a_secure_address_is_spoken_with_securely():
    to = destination("sips:200@pbx.example", TRUNK, secret=no_secret)

    assert (to.host, to.transport, to.shown) == ("pbx.example", "tls", "+16175550100")
    assert to.password == ""  # the trunk's password is for the trunk alone


@pytest.mark.parametrize("to", ["tel:+16175550142", "+16175550142"])
def test_a_number_goes_by_the_trunk_which_is_told_who_we_are(to):
    sent = destination(to, TRUNK, secret={"trunk": "word"}.get)

    assert sent == Destination(
        user="+16175550142",
        host="sip.provider.example:5080",
        transport="tls",
        shown="+16175550100",
        username="acme",
        password="word",
    )


def test_a_number_without_a_trunk_says_what_is_missing():
    with pytest.raises(errors.Misconfigured, match=r"Set voice\.trunk"):
        destination("tel:+16175550142", None, secret=no_secret)


def test_a_trunk_without_its_password_says_how_to_set_it():
    with pytest.raises(errors.Misconfigured, match="appliance secrets set trunk"):
        destination("+16175550142", TRUNK, secret=no_secret)


def test_a_room_of_a_call_of_ours_names_what_we_owe():
    room = access.outward_room("06h1b1g5qfc01j36j38gcbycp6", 2)

    assert room.startswith(access.PREFIX)
    assert access.dial_of(room) == "06h1b1g5qfc01j36j38gcbycp6"
    assert access.dial_of("call-_+16175550142_abc") is None


def test_a_person_is_told_who_it_is_why_and_which_key_takes_the_call():
    said = wording.announcement(company="Acme", who="Ann Lee", why="It is about an invoice.")

    assert said == (
        "Ann Lee is on the line for Acme: It is about an invoice. "
        "Press 1 to take the call, or 2 to send it back."
    )


def test_a_long_story_is_cut_at_a_word_and_stays_one_line():
    said = wording.announcement(company="Acme", who=None, why="very\nlong " * 60)

    assert said.startswith("A caller without a number is on the line for Acme: very long")
    assert len(said) < 300
    assert "\n" not in said
    assert said.endswith("Press 1 to take the call, or 2 to send it back.")
