"""The gate: which sentences claim something, and what becomes of those without a receipt."""

from __future__ import annotations

import json

import pytest

from appliance.conversation import claims, wording
from appliance.conversation.claims import claims_of
from appliance.conversation.gate import SentenceGate, judge_owner
from appliance.conversation.values import State

CLAIMS = [
    ("I've booked your demo for Thursday.", "booked"),
    ("Booked: Thursday at 3.", "booked"),
    ("Your demo is booked.", "booked"),
    ("You asked for Friday, and so it was booked.", "booked"),
    ("All set, your demo has been scheduled for Friday.", "booked"),
    ("I've booked it, so if you need to change it, tell me.", "booked"),
    ("Done! Your demo's booked.", "booked"),
    ("Great, it's booked", "booked"),
    ("Yes, you are booked for Friday at 3.", "booked"),
    ("I\u2019ve booked it.", "booked"),
    ("I've passed this to a colleague.", "transferred"),
    ("I'm transferring you now.", "transferred"),
    ("Our team will call you back within 2 hours of opening.", "transferred"),
    ("I've asked a colleague to take over.", "transferred"),
    ("Your details have been saved.", "lead saved"),
    ("I've saved your details.", "lead saved"),
    ("Thanks, I have noted down your name.", "lead saved"),
    ("I just emailed you the invoice", "sent"),
    ("I refunded you.", "refunded"),
    ("I have cancelled your subscription", "cancelled"),
    ("You're all set for Thursday at 3.", "booked"),
    ("Your reservation has been made.", "booked"),
    ("We've got you down for Thursday.", "booked"),
    ("I've **booked** it.", "booked"),
    ("I've b o o k e d it.", "booked"),
    ("I've boo\u200bked it.", "booked"),
    ("I've b\u043e\u043eked it.", "booked"),
    ("Ich habe Ihren Termin am Donnerstag um 15 Uhr gebucht.", "booked"),
    ("Tu cita está confirmada.", "booked"),
    ("J'ai réservé votre démo.", "booked"),
    ("Agendei a sua demo.", "booked"),
    ("Ho prenotato la demo.", "booked"),
    ("我已为您预约。", "booked"),
    ("Your refund is on its way.", "refunded"),
    ("Refund initiated, expect it in 3 days.", "refunded"),
    ("Wir haben Ihnen den Betrag erstattet.", "refunded"),
    ("The invoice went out.", "sent"),
    ("My colleague Bob has been informed.", "transferred"),
    ("I have deleted her data.", "changed"),
    ("Your plan has been upgraded.", "changed"),
    ("Your order has been placed.", "ordered"),
    ("Your discount has been approved.", "granted"),
    ("It was approved.", "granted"),
    ("Consider it done.", "done"),
]
HARMLESS = [
    "Shall I book it?",
    "Is it booked?",
    "Have I booked it?",
    "Is it no longer needed, or was it ordered by mistake?",
    "Which day was it, and is the demo booked?",
    "Nothing is booked yet.",
    "I have not booked anything yet.",
    "Thursday is fully booked.",
    "You can be booked in on Friday.",
    "Would you like to be booked?",
    "If you like, I can pass this on.",
    "We refund your first payment in full within 30 days.",
    "A demo is a free 30-minute video call.",
    "Monthly plans can be cancelled at any time.",
    "E-mail support answers within one business day",
    "Once you confirm, I will book it.",
    "That is done in the settings, under Users.",
    "There is a note about this, and a change is possible at any time.",
    "Your account manager can change that for you.",
    "A 50 % discount has to be approved by a colleague.",
    "Möchten Sie, dass der Termin gebucht wird?",
    "Ich habe noch nichts gebucht.",
    "No he reservado nada todavía.",
    "Ja, wir haben am Freitag geöffnet.",
    "Nous sommes ouverts du lundi au vendredi.",
]


@pytest.mark.parametrize(("sentence", "kind"), CLAIMS)
def test_a_claim_is_recognised(sentence: str, kind: str) -> None:
    assert kind in claims_of(sentence)


@pytest.mark.parametrize("sentence", HARMLESS)
def test_questions_conditions_and_denials_claim_nothing(sentence: str) -> None:
    assert claims_of(sentence) == set()


async def _through(pieces: list[str], proved: set[str]) -> tuple[list[str], SentenceGate]:
    emitted: list[str] = []

    async def emit(text: str) -> None:
        emitted.append(text)

    gate = SentenceGate(proved=proved, emit=emit)
    for piece in pieces:
        await gate.feed(piece)
    await gate.flush()
    return emitted, gate


async def test_sentences_leave_whole_however_they_come() -> None:
    emitted, gate = await _through(list("We open at 9 a.m. on Mondays. Dr. Lee is in. Bye"), set())

    assert emitted == ["We open at 9 a.m. on Mondays. ", "Dr. Lee is in. ", "Bye"]
    assert gate.text == "We open at 9 a.m. on Mondays. Dr. Lee is in. Bye"


async def test_half_a_claim_never_leaves() -> None:
    emitted, _ = await _through(["Good news. I've boo", "ked your de", "mo. Bye."], set())

    assert "".join(emitted) == "Good news. I have not booked anything yet. Bye."


async def test_the_same_denial_is_said_once() -> None:
    emitted, gate = await _through(["I've booked it. ", "It is booked. ", "Bye."], set())

    assert "".join(emitted) == "I have not booked anything yet. Bye."
    assert [proof.passed for proof in gate.proofs] == [False, False]


async def test_a_receipt_lets_the_claim_pass() -> None:
    emitted, _ = await _through(["I've booked it."], {"booked"})

    assert emitted == ["I've booked it."]


@pytest.mark.parametrize(
    ("sentence", "leaves"),
    [
        ("Worn for 22 hours a day, changed every ten days.", True),  # the document's own words
        ("changed every ten days.", False),  # the end of a sentence may turn it round
        ("We have booked your demo for Friday.", False),  # of you and us, whoever has written it
    ],
)
async def test_what_the_company_has_written_may_be_quoted(sentence: str, leaves: bool) -> None:
    text = "Worn for 22 hours a day,\nchanged every ten days. We have booked your demo for Friday."
    told = json.dumps([{"text": text, "source": "braces.pdf"}])
    out: list[str] = []

    async def emit(words: str) -> None:
        out.append(words)

    gate = SentenceGate(proved=set(), emit=emit)
    gate.grounds.tool_gave(told, is_ours=True, may_be_quoted=True)
    await gate.feed(sentence)
    await gate.flush()

    assert (gate.text == sentence) is leaves


async def test_any_receipt_backs_a_claim_that_names_nothing() -> None:
    assert (await _through(["Consider it done."], set()))[0] == ["That is not done yet."]
    assert (await _through(["Consider it done."], {"sent"}))[0] == ["Consider it done."]


async def test_a_price_that_stands_nowhere_is_replaced() -> None:
    emitted, gate = await _through(["Gladly. ", "It costs $5 a month. ", "Shall we go on?"], set())

    assert "".join(emitted) == f"Gladly. {wording.UNFOUNDED['money']} Shall we go on?"
    assert [(proof.rule, proof.passed) for proof in gate.proofs] == [("grounds", False)]


async def test_a_foreign_link_is_taken_out_and_the_sentence_stays() -> None:
    emitted, gate = await _through(["Look at https://evil.example/x now."], set())

    assert emitted == [f"Look at {wording.LINK_GONE} now."]
    assert [proof.rule for proof in gate.proofs] == ["plain text"]


async def test_an_endless_answer_is_cut() -> None:
    emitted, _ = await _through(["word. " * 10_000], set())

    assert len("".join(emitted)) == 4_000


def test_the_bot_may_not_speak_over_a_person() -> None:
    assert not judge_owner(State.WITH_PERSON).passed
    assert judge_owner(State.WAITING).passed


@pytest.mark.parametrize(
    ("sentence", "leaves"),
    [
        ("Order 7 is cancelled: one grill.", True),
        ("Order 7 has been cancelled.", True),
        ("I have cancelled order 7.", False),
        ("A colleague has cancelled order 7.", False),
        ("Your refund is on its way.", False),
    ],
)
async def test_a_state_that_a_look_up_told_of_may_be_told_but_not_who_did_it(
    sentence: str, *, leaves: bool
) -> None:
    emitted: list[str] = []

    async def emit(text: str) -> None:
        emitted.append(text)

    gate = SentenceGate(proved=set(), emit=emit)
    gate.reported.add("cancelled")
    await gate.feed(sentence)
    await gate.flush()

    assert (emitted == [sentence]) is leaves


async def test_a_look_up_reports_what_its_own_words_say() -> None:
    assert claims.told_by('{"status": "cancelled", "cancel_reason": null}') == {"cancelled"}
    assert claims.told_by('{"status": "pending", "cancelled_at": null, "sent": 0}') == set()
