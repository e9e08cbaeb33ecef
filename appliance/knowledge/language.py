"""Which language a document is in, among the ones a front desk meets."""

from __future__ import annotations

from py3langid.langid import MODEL_FILE, LanguageIdentifier

KNOWN = (
    "en", "de", "fr", "es", "it", "pt", "nl", "da", "sv", "no", "fi", "pl", "cs", "sk", "hu", "ro",
    "bg", "hr", "sl", "el", "tr", "ru", "uk", "ar", "he", "hi", "zh", "ja", "ko", "vi", "th", "id",
)  # fmt: skip
_SAMPLE = 3000
_LEAST = 40  # letters; less tells nothing


class Languages:
    """Tells languages. Reading its model takes 0.1 s; keep one."""

    def __init__(self) -> None:
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(list(KNOWN))

    def of(self, text: str) -> str:
        """Give a text's two-letter language; "" where it is too short or nothing stands out."""
        sample = text[:_SAMPLE]
        if sum(map(str.isalpha, sample)) < _LEAST:
            return ""
        language, sure = self._identifier.classify(sample)
        return str(language) if sure >= 0.8 else ""
