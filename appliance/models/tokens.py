"""How long a text is for an embedder: counted in MiniLM's word pieces.

Other embedders take more in at once, so what fits this one fits them, and passages stay the same
whichever embedder is used.
"""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Tokenizer

from appliance.models import weights

WINDOW = 128
"""Word pieces MiniLM was trained on; it reads up to 256, with less understanding."""


class Tokens:
    """Counts word pieces."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.from_file(str(weights.find().tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def count(self, texts: Sequence[str]) -> list[int]:
        """Give each text's length in word pieces, without the two that frame it."""
        return [
            len(e.ids) for e in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        ]
