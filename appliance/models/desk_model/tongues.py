"""A message in a language the desk does not speak: which one, and what is said to it.

Statistics alone take short English for Norwegian; so a tongue in Latin letters counts only where
its own little words outnumber the English ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from itertools import chain

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_SURE = 0.9
_SURE_OF_TWO = 0.75
"""How sure statistics must be where two little words are of this tongue and of no other."""
_FEW_WORDS = 3
_TURNED = re.compile(r"[¿¡]\w")
"""A question or a cry in Spanish opens with the sign turned round."""
_LITTLE = {
    "en": "the a an i you we is are do does can could my your to of for and in on at with what "
    "how have it that this would like please not me when where hi hello thanks no yes be "
    "will as",
    "de": "ich sie wir ist sind der die das ein eine einen ihr ihre mein und oder für mit nicht "
    "wie was wann wo haben kann können möchte bitte danke hallo guten auf zu bei am im es "
    "den dem gibt",
    "fr": "je vous nous est sont le la les un une des votre mon ma et ou pour avec pas comment "
    "quand ça combien avez peux pouvez voudrais bonjour merci du de au sur à en que qui il y "
    "dans mes vos cette ce",
    "es": "yo usted nosotros es son el la los las un una su mi y o para con no cómo como cuándo "
    "dónde tienen puedo pueden quiero quisiera hola gracias por favor de en que qué hay "
    "cuánto al del mis me",
    "it": "io lei noi è sono il lo la i gli le un una vostro mio e o per con non come quando dove "
    "avete posso potete vorrei buongiorno ciao grazie di in che cosa al del della quanto "
    "c'è una mi",
    "pt": "eu você vocês nós é são o a os as um uma seu meu minha e ou para com não como quando "
    "onde têm posso podem quero gostaria olá obrigado obrigada de em que do da no na por "
    "favor quanto",
    "nl": "ik u jullie wij is zijn de het een uw mijn en of voor met niet hoe wat wanneer waar "
    "hebben heeft kan kunnen wil graag hallo dank bedankt op te bij om in van dat er naar "
    "mij kunt maken",
    "pl": "ja pan pani my jest są i lub dla z nie jak kiedy gdzie czy mogę możecie chciałbym "
    "chciałabym dzień dobry dziękuję proszę na w do o się to mam za po ile moje",
    "sv": "jag du ni vi är en ett er min mitt och eller för med inte hur vad när var har kan vill "
    "hej tack på till i det att som om av skulle gärna ni den",
    "da": "jeg du i vi er en et jeres min mit og eller for med ikke hvordan hvad hvornår hvor har "
    "kan vil hej tak på til det at som om af gerne der den",
    "no": "jeg du dere vi er en et deres min mitt og eller for med ikke hvordan hva når hvor har "
    "kan vil hei takk på til det å som om av gjerne den",
    "fi": "minä te me on ovat ja tai ei miten mitä milloin missä voinko voitteko haluan haluaisin "
    "hei kiitos onko teillä että se tämä minun päivää varata",
    "cs": "já vy my je jsou a nebo pro s ne jak co kdy kde máte mohu můžete chci chtěl chtěla "
    "bych dobrý den děkuji prosím na v do o se to si ahoj mám",
    "ro": "eu voi noi este sunt un o și sau pentru cu nu cum ce când unde aveți pot puteți vreau "
    "aș dori bună ziua mulțumesc vă rog la în de pe să mă",
    "hu": "én ön mi van vannak a az egy és vagy nem hogyan mit mikor hol lehet szeretnék kérem "
    "köszönöm jó napot hogy meg önök ki be az kérek",
    "tr": "ben siz biz bir ve veya için ile değil nasıl ne zaman nerede var mı mi mu istiyorum "
    "merhaba teşekkürler lütfen bu da de misiniz mısınız iyi günler",
    "vi": "tôi bạn chúng là một và hoặc cho với không như thế nào khi có thể muốn xin chào cảm ơn "
    "ở của được gì đâu anh chị giờ mấy",
}
_NAMES_HOLD = (
    "van von de der den del della delle di da dos du des la le los las el al bin ibn y e und zu "
    "zum am ter"
)
_PARTICLES = frozenset(_NAMES_HOLD.split())
_BY_SCRIPT = {
    "CYRILLIC": ("ru", "uk"), "GREEK": ("el",), "ARABIC": ("ar",), "HEBREW": ("he",),
    "DEVANAGARI": ("hi",), "THAI": ("th",), "HANGUL": ("ko",), "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",), "CJK": ("zh", "ja"),
}  # fmt: skip
KNOWN = frozenset({*_LITTLE, *chain.from_iterable(_BY_SCRIPT.values())})
"""The languages that can be told."""


class Tongues:
    """Tells tongues apart. The model is read when the first strange words come: it takes 0.1 s."""

    def __init__(self, spoken: Iterable[str]) -> None:
        """Give one for a desk that speaks these languages; English it always does."""
        self._spoken = frozenset({"en", *(one[:2] for one in spoken)})
        self._little = {name: frozenset(words.split()) for name, words in _LITTLE.items()}

    def foreign(self, text: str) -> str | None:
        """Give the two-letter language of words the desk does not speak; None when in doubt."""
        plain = re.sub(r"\S+@\S+|https?://\S+", " ", text).lower()
        if (script := _script(plain)) is not None:
            written = _BY_SCRIPT[script]
            tongue = written[0] if len(written) == 1 else self._likeliest(plain, written)[0]
            return tongue if tongue not in self._spoken else None
        words = re.findall(r"[^\W\d_]+", plain)
        if _TURNED.search(plain) and "es" not in self._spoken:
            return "es" if self._likeliest(plain, _LITTLE)[0] == "es" else None
        if len(words) < _FEW_WORDS or self._names(text):
            return None
        counts = {
            name: sum(word in little for word in words) for name, little in self._little.items()
        }
        known = max(counts[name] for name in self._spoken & counts.keys())
        strange = [
            name for name in counts if counts[name] > known and 5 * counts[name] >= len(words)
        ]
        if not set(strange) - self._spoken:
            return None
        tongue, sure = self._likeliest(plain, _LITTLE)
        alone = counts[tongue] > max(counts[name] for name in counts if name != tongue)
        enough = _SURE_OF_TWO if alone and counts[tongue] > 1 and not known else _SURE
        return tongue if tongue in strange and sure >= enough else None

    def _names(self, text: str) -> bool:
        """Tell whether the words are a name or an address: "Giovanni della Rovere"."""
        words = re.findall(r"[^\W\d_]+", text)
        return all(
            word in _PARTICLES if word.islower() else not self._is_little(word.lower())
            for word in words
        )

    def _is_little(self, word: str) -> bool:
        return any(word in little for little in self._little.values())

    def _likeliest(self, text: str, among: Iterable[str]) -> tuple[str, float]:
        ranked = dict(self._identifier.rank(text))
        best = max(among, key=lambda name: float(ranked[name]))
        return best, float(ranked[best])

    @cached_property
    def _identifier(self) -> LanguageIdentifier:
        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        identifier.set_languages(sorted(KNOWN))
        return identifier


_SPEAKS = re.compile(
    r"\b(?:do|does|can|could|would|will|may) (?:you|i|we|this bot|this chat) "
    r"(?:guys |also |please |all |perhaps )*"
    r"(?:speak|understand|talk|write|chat|answer|reply|read|communicate)"
    r"(?: (?:to|with) (?:you|me|us)| me| us| back| here)*(?: in| any)? "
    r"(?:german|french|spanish|italian|portuguese|dutch|polish|swedish|danish|norwegian|finnish|"
    r"czech|romanian|hungarian|turkish|vietnamese|russian|ukrainian|greek|arabic|hebrew|hindi|"
    r"thai|chinese|mandarin|cantonese|japanese|korean|tagalog|filipino|other languages?|"
    r"another language|languages other)\b",
    re.I,
)


def asks_for_tongue(text: str) -> bool:
    """Tell whether the words ask if another language is understood here, and not by a product."""
    return bool(_SPEAKS.search(text))


def _script(text: str) -> str | None:
    """Give the script most letters are in, when it is not the Latin one; kana make it Japanese."""
    names = [unicodedata.name(one, "").split(" ")[0] for one in text if one.isalpha()]
    for script in ("HIRAGANA", "KATAKANA", *_BY_SCRIPT):
        share = names.count(script) / len(names) if names else 0
        if share > (0.1 if script in {"HIRAGANA", "KATAKANA"} else 0.5):
            return script
    return None
