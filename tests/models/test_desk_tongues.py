"""Words in a language the desk does not speak."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.models.desk_model import wording
from appliance.models.desk_model.tongues import KNOWN, Tongues
from tests.models.talk import Customer

Make = Callable[..., Customer]


@pytest.fixture(scope="module")
def tongues() -> Tongues:
    return Tongues(["en-US"])


@pytest.mark.parametrize(
    ("words", "tongue"),
    [
        ("Könnten Sie mir bitte sagen, wann Sie am Samstag öffnen?", "de"),
        ("Je voudrais savoir combien ça coûte pour dix personnes", "fr"),
        ("¿Me pueden decir cuánto cuesta el plan para mi empresa?", "es"),
        ("Vorrei sapere quando siete aperti e dove si trova il parcheggio", "it"),
        ("Gostaria de falar com uma pessoa da sua empresa por favor", "pt"),
        ("Ik wil graag weten wat het kost voor tien mensen", "nl"),
        ("Buenos días, ¿están abiertos mañana?", "es"),
        ("¿Hablan español?", "es"),
        ("Kann ich Premium testen?", "de"),
        ("Jak mogę zmienić termin i czy to jest możliwe?", "pl"),
        ("Подскажите, пожалуйста, сколько это стоит?", "ru"),
        ("请问你们几点开门?", "zh"),
        ("営業時間を教えてください", "ja"),
        ("가격이 얼마인가요?", "ko"),
        ("كم سعر الاشتراك الشهري؟", "ar"),
    ],
)
def test_a_strange_tongue_is_told(tongues: Tongues, words: str, tongue: str) -> None:
    assert tongues.foreign(words) == tongue


@pytest.mark.parametrize(
    "words",
    [
        "hola", "Jean-Luc de la Fontaine", "a table at Chez André for two", "jane@firma.example",
        "Do you have a sauna?", "Can I book the Möller room in Zürich on Friday?",
        "asap pls thx u", "Rua das Flores 5, Lisboa",
        "demo mit Jan", "hasta la vista baby", "per mi amigo", "Jan van den Berg",
        "naïve résumé question", "Hans Müller und Söhne GmbH",
    ],
)  # fmt: skip
def test_names_scraps_and_english_are_not_strange(tongues: Tongues, words: str) -> None:
    assert tongues.foreign(words) is None


def test_what_the_desk_speaks_is_not_strange() -> None:
    assert Tongues(["de"]).foreign("Könnten Sie mir bitte sagen, wann Sie öffnen?") is None


def test_a_strange_tongue_is_answered_in_it_and_handed_over(customer: Make) -> None:
    jane = customer()

    answer = jane.say("Guten Tag, was kostet das für fünf Personen und wie kann ich bestellen?")

    assert answer.startswith(wording.in_tongue("de", person=True))
    assert jane.last("transfer_to_human")["reason"] == "language"


def test_a_task_under_way_is_not_spoilt_by_a_name_that_sounds_strange(customer: Make) -> None:
    jane = customer()

    jane.talk("i want to book a demo", "thursday at 3pm", "Giovanni della Rovere")

    assert not any(name == "transfer_to_human" for name, _ in jane.calls)


def test_every_tongue_that_can_be_told_has_its_sentence() -> None:
    english = wording.in_tongue("en", person=True)
    assert all(wording.in_tongue(one, person=True) != english for one in KNOWN if one != "en")
