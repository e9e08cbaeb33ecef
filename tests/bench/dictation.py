"""Word error rate of a real recogniser on thirty sentences that callers say to a front desk.

Debian's pocketsphinx, a stand-in and no part of the product, through the provider `program`;
flite's and espeak-ng's voices, each sentence by one. By telephone: 8 kHz and G.711 in between,
for which its only packaged model was not trained. A product's recogniser does far better; what is
measured is that our way to one loses nothing: no utterance, no beginning, no end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from appliance.config.model import SpeechService
from appliance.models.speech import shelf
from tests.bench.report import Goal, Report, Table
from tests.fakes import sphinx
from tests.voice import dictation
from tests.voice.dictation import Heard

Row = tuple[str | int | float, ...]


def run() -> Report:
    """Measure and report."""
    if not sphinx.INSTALLED:
        return Report([Table("Left out", ("what is missing",), [(sphinx.HOW,)])])
    wide, narrow = asyncio.run(_heard())
    rows: list[Row] = [
        _row(
            voice,
            *([each for each in way if each.utterance.voice == voice] for way in (wide, narrow)),
        )
        for voice in dictation.VOICES
    ]
    return Report(
        [
            Table(
                "Word error rate",
                ("voice", "words", "16 kHz", "by telephone"),
                [*rows, _row("all", wide, narrow)],
            )
        ],
        [
            Goal("utterances nothing was heard of", sum(not each.words for each in narrow), most=0),
            Goal("word error rate, 16 kHz, without espeak-ng", _human(wide), most=0.2),
            Goal("word error rate by telephone", dictation.error_rate(narrow)),
        ],
    )


async def _heard() -> tuple[list[Heard], list[Heard]]:
    named = SpeechService(provider="program", command=sphinx.program())
    said = dictation.utterances()
    found = []
    for by_telephone in (False, True):
        ears = shelf.make(named, "hear", secret=lambda _: None, mounted=lambda _: None)
        found.append(await dictation.heard(ears, said, by_telephone=by_telephone))
        await ears.aclose()
    return found[0], found[1]


def _row(name: str, wide: Sequence[Heard], narrow: Sequence[Heard]) -> Row:
    words = sum(len(each.utterance.words.split()) for each in wide)
    return (name, words, dictation.error_rate(wide), dictation.error_rate(narrow))


def _human(results: Sequence[Heard]) -> float:
    """Give the rate for the voices that were recorded of people."""
    return dictation.error_rate([each for each in results if each.utterance.voice != "espeak"])
