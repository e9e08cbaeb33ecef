"""Builds the corpus: python -m tests.corpus.build FOLDER"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from tests.corpus.layouts import laid_out
from tests.corpus.markup import Paper, paper, papers
from tests.fakes.shared import BANK, bank_documents

HERE = Path(__file__).parent
NO_BANK = "the bank's documents (shared/data/tau2) are not beside the project"
# Whole families of the bank's documents: questions about one product meet all of its papers.
_FAMILIES = (
    "everyone_pay_", "credit_cards_virtual_card_management", "credit_cards_silver_rewards_card",
    "business_checking_accounts_", "personal_subscriptions_", "savings_accounts_green_account",
    "savings_accounts_gold_plus_account", "savings_accounts_silver_plus_account",
    "savings_accounts_platinum_account", "savings_accounts_diamond_elite_account",
)  # fmt: skip
_TURNS = (
    "pdf", "docx", "xlsx", "html", "md", "pptx", "pdf", "docx", "xlsx", "txt", "html", "md",
    "pdf", "docx", "xlsx", "csv", "pptx", "eml",
)  # fmt: skip


def build(folder: Path) -> list[Path]:
    """Write every document under a folder; gives their paths."""
    written = []
    for each in every_paper():
        path = folder / each.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(laid_out(each))
        written.append(path)
    return written


def every_paper() -> Iterator[Paper]:
    """Give the companies' documents, then the bank's where they are at hand."""
    for file in sorted((HERE / "companies").glob("*.txt")):
        yield from papers(file)
    if BANK.is_file():
        yield from _bank()


def _bank() -> Iterator[Paper]:
    """Give the bank's public documents of some families, each in the format whose turn it is."""
    chosen = [
        one
        for one in sorted(bank_documents(), key=lambda document: document["id"])
        if one["id"].removeprefix("doc_").startswith(_FAMILIES) and "nternal" not in one["title"]
    ]
    seen: Counter[str] = Counter()
    for number, one in enumerate(chosen):
        stem = re.sub(r"[^a-z0-9]+", "-", one["title"].lower()).strip("-")
        seen[stem] += 1
        place = f"-{seen[stem]}" if seen[stem] > 1 else ""
        made = paper(f"rho/{stem}{place}", one["content"], title=one["title"])
        turn = _TURNS[number % len(_TURNS)]
        if turn == "csv" and len({part.kind == "table" for part in made.parts}) > 1:
            turn = "xlsx"  # a table by itself has no room for the sentences around it
        yield replace(made, name=f"{made.name}.{turn}", title=one["title"])


def main() -> int:
    written = build(Path(sys.argv[1]))
    kinds = Counter(PurePosixPath(path).suffix for path in written)
    print(f"{len(written)} files:", ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
