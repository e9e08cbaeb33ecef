"""Documents are cut into passages that fit the embedder and know where they stand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.core import errors
from appliance.knowledge import passages, texts
from appliance.knowledge.ingest.blocks import Heading, Paragraph, Parsed, Place, Rows
from appliance.knowledge.ingest.kinds import Kind
from appliance.knowledge.passages import Cut
from appliance.knowledge.values import Access, Asked

PUBLIC, INTERNAL = Asked(access=Access.PUBLIC), Asked(access=Access.INTERNAL)


def words(said):
    """A counter for tests: every word is one piece long."""
    return [len(text.split()) for text in said]


def cut(*blocks, title="Guide"):
    return list(passages.cut(blocks, words, title=title))


def test_headings_and_places_stand_with_every_passage_under_them():
    found = cut(
        Heading(1, "Guide"),
        Paragraph("Welcome."),
        Heading(2, "Rooms"),
        Place("page 2"),
        Heading(3, "Keys", "keys"),
        Paragraph("At the desk."),
        Heading(2, "Food"),
        Paragraph("At seven."),
    )

    assert [(one.heading, one.place, one.anchor, one.words) for one in found] == [
        ("Guide", "", "", "Welcome."),
        ("Guide › Rooms › Keys", "page 2", "keys", "At the desk."),
        ("Guide › Food", "page 2", "", "At seven."),
    ]


def test_a_table_goes_row_by_row_with_its_columns_names():
    table = Rows(("Plan", "", "Price"), (("Pro", "new", "$15"), ("Team", "", "on request.")))

    assert [one.words for one in cut(table)] == [
        "Plan: Pro, new, Price: $15. Plan: Team, Price: on request."
    ]


def test_a_long_table_is_cut_between_rows_and_every_part_keeps_the_names():
    rows = tuple((f"product{n}", f"${n}") for n in range(200))
    found = cut(Rows(("Name", "Price"), rows))

    assert len(found) > 5
    assert all(one.words.startswith("Name: product") and one.words.endswith(".") for one in found)
    assert " ".join(one.words for one in found).count("Name:") == 200


@given(
    st.lists(
        st.lists(st.integers(1, 160), min_size=1, max_size=8).map(
            lambda lengths: " ".join(" ".join(["word"] * n) + "." for n in lengths)
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=60, deadline=None)
def test_passages_keep_every_word_in_order_and_fit_the_window(paragraphs):
    numbered = iter(range(10_000))
    said = [" ".join(f"{word.rstrip('.')}{next(numbered)}{'.' * word.endswith('.')}"
                     for word in paragraph.split()) for paragraph in paragraphs]  # fmt: skip

    found = cut(*map(Paragraph, said))

    joined: list[str] = []
    for one in found:
        own = one.words.split()
        overlap = next((n for n in range(len(own), 0, -1) if joined[-n:] == own[:n]), 0)
        joined += own[overlap:]
    assert joined == " ".join(said).split()
    assert max(words([one.words])[0] for one in found) <= passages.WINDOW


def test_a_passage_begins_with_the_last_sentence_of_the_one_before():
    said = [
        f"Sentence number {n} has quite a few words in it to fill the passage up."
        for n in range(20)
    ]

    first, second, *_ = cut(Paragraph(" ".join(said)))

    assert second.words.split(". ")[0] + "." == first.words.rpartition(". ")[2]


def test_a_word_without_an_end_is_cut_all_the_same(tokens):
    found = list(passages.cut([Paragraph("x" * 20_000)], tokens.count, title="T"))

    assert "".join(one.words for one in found).count("x") == 20_000
    assert max(tokens.count([one.words for one in found])) <= 140


def labels(parsed=None, *, asked=None, title="Prices", address="/srv/docs/prices.md"):
    parsed = parsed or Parsed("", [])
    return texts.labels_of(parsed, asked=asked or Asked(), title=title, address=address)


def said(**front):
    return Parsed("", [], front=front)


@pytest.mark.parametrize(
    ("given", "access"),
    [
        ({}, Access.PUBLIC),
        ({"asked": Asked(access=Access.INTERNAL)}, Access.INTERNAL),
        ({"address": "/srv/Internal/prices.md"}, Access.INTERNAL),
        ({"address": "https://acme.example/internal/prices"}, Access.INTERNAL),
        ({"address": "/srv/docs/internal - prices.md"}, Access.INTERNAL),
        ({"address": "/srv/docs/internals.md", "title": "Internals of the pump"}, Access.PUBLIC),
        ({"address": "/d/internal-medicine.md", "title": "Internal medicine"}, Access.PUBLIC),
        ({"title": "Internal: purchase prices"}, Access.INTERNAL),
        ({"title": "[Internal] purchase prices"}, Access.INTERNAL),
        ({"title": "INTERNAL USE ONLY"}, Access.INTERNAL),
        ({"parsed": said(access="internal")}, Access.INTERNAL),
        ({"parsed": said(access="internal"), "asked": PUBLIC}, Access.INTERNAL),
        ({"parsed": said(access="public"), "asked": INTERNAL}, Access.INTERNAL),
        ({"parsed": said(access="public"), "title": "Internal: no more"}, Access.PUBLIC),
        ({"asked": Asked(access=Access.PUBLIC), "address": "/srv/internal/a.md"}, Access.PUBLIC),
    ],
)  # fmt: skip
def test_who_may_be_told_follows_from_what_was_said(given, access):
    parsed = given.pop("parsed", None)

    assert labels(parsed, **given).access is access


def test_days_come_from_the_person_or_from_the_front_matter():
    parsed = said(valid_from="2026-12-01", valid_until="2026-12-31")
    found = labels(parsed, asked=Asked(valid_until=date(2027, 1, 6)))

    assert (found.valid_from, found.valid_until) == (date(2026, 12, 1), date(2027, 1, 6))


@pytest.mark.parametrize("front", [{"access": "secret"}, {"valid_until": "next week"}])
def test_front_matter_that_says_nothing_known_is_told(front):
    with pytest.raises(errors.Refused, match="front matter"):
        labels(said(**front))


@pytest.mark.parametrize(
    ("kind", "address", "blocks", "source"),
    [
        (
            Kind.PDF,
            "/d/handbook.pdf",
            [Heading(1, "Part"), Place("page 3")],
            "handbook.pdf, page 3",
        ),
        (Kind.XLSX, "/d/prices.xlsx", [Place("sheet Rooms")], "prices.xlsx, sheet Rooms"),
        (Kind.DOCX, "/d/pets.docx", [Heading(1, "Fees")], "pets.docx, Fees"),
        (Kind.MARKDOWN, "/d/a.md", [Heading(1, "Guide"), Heading(2, "Food")], "Guide, Food"),
        (
            Kind.HTML,
            "https://acme.example/help",
            [Heading(1, "Guide"), Heading(2, "Returns", "ret")],
            "Guide, Returns (https://acme.example/help#ret)",
        ),
        (Kind.TEXT, "/d/house_rules.txt", [], "house rules"),
    ],
)
def test_a_passage_is_cited_so_that_a_person_finds_it(kind, address, blocks, source):
    title = "" if kind is Kind.TEXT else "Guide"
    parsed = Parsed(title, [*blocks, Paragraph("Words.")])
    title = texts.title_of(parsed, address, kind)

    [text] = texts.texts_of(
        parsed, kind, address=address, title=title, labels=labels(), language="en", count=words
    )

    assert text.source == source


@pytest.mark.parametrize(
    ("words_", "language"),
    [
        ("Visitors park free of charge behind the house, and the key is at the desk.", "en"),
        ("Das Frühstück wird von sieben bis zehn Uhr im Gartenzimmer serviert.", "de"),
        ("Le petit déjeuner est servi de sept heures à dix heures dans la salle.", "fr"),
        ("Plan: 5", ""),
    ],
)
def test_a_documents_language_is_told_from_enough_words(languages, words_, language):
    assert texts.language_of(Parsed("", [Paragraph(words_)]), languages) == language


def test_a_document_may_say_its_language(languages):
    parsed = Parsed("", [Paragraph("Ja")], front={"language": "de-CH"})

    assert texts.language_of(parsed, languages) == "de"


def test_the_title_stands_above_every_passage_but_is_not_said_twice():
    assert Cut(("Fees",), "", "x").under("dental fees 2026") == "dental fees 2026 › Fees"
    assert Cut(("Dental fees", "Crowns"), "", "x").under("dental fees") == "Dental fees › Crowns"
    assert Cut((), "page 2", "x").under("dental fees") == "dental fees"


def test_a_row_is_found_by_itself_and_short_ones_together():
    teeth = "of teeth " * 8
    long = Rows(("Treatment", "Fee"), tuple((f"treatment {n} {teeth}", "$5") for n in range(3)))
    short = Rows(("Day", "Open"), tuple((f"day {n}", "yes") for n in range(6)))

    assert len(cut(long)) == 3
    assert len(cut(short)) == 1
