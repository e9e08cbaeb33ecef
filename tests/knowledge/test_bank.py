"""A real bank's documents: what its authors titled internal is never for customers."""

from __future__ import annotations

import pytest

from appliance.knowledge.values import Access, State
from tests.fakes.shared import BANK, bank_documents


@pytest.mark.skipif(not BANK.is_file(), reason="the shared data sets are not beside the project")
async def test_what_a_bank_titled_internal_reaches_no_customer(desk, library, tmp_path):
    documents = bank_documents()
    marked = [one for one in documents if "internal" in one["title"].casefold()[:12]]
    others = [one for one in documents if one not in marked][: len(marked)]
    paths = []
    for number, one in enumerate([*marked, *others]):
        paths.append(tmp_path / f"{number:03}.md")
        paths[-1].write_text(f"# {one['title']}\n\n{one['content']}")

    found = desk.add(*paths)
    port = library.public()

    assert len(marked) > 40
    assert all(one.state is State.READY for one in found)
    assert {one.access for one in found[: len(marked)]} == {Access.INTERNAL}
    assert {one.access for one in found[len(marked) :]} == {Access.PUBLIC}
    for one in marked:
        told = await port.search(one["title"], limit=10)
        assert not any("internal" in passage.source.casefold()[:12] for passage in told)
        inside = library.find(one["title"], limit=10, internal=True)
        assert any(match.access is Access.INTERNAL for match in inside)
