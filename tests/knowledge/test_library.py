"""Facts and documents are found by words and meaning, facts first, and no words are syntax."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from appliance.config.model import BotConfig, Policy
from appliance.core.clock import SystemClock
from appliance.knowledge import facts, query
from appliance.knowledge.library import open_library
from appliance.knowledge.search import records as index
from appliance.knowledge.synonyms import stem
from appliance.knowledge.values import Wanted
from appliance.models import embedder as embedders
from appliance.toolkit import ports
from tests.fakes import documents
from tests.knowledge.conftest import Desk

NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)
TODAY = Wanted(on=NOW.date())
SAMPLE = Path(__file__).parents[2] / "bot_config.yaml"
HOSTILE = [
    '"', "'", '""', '"parking', "parking OR", "AND", "NOT parking", "NEAR(a b)", "title:parking",
    "parking*", "(parking", "^parking", "{title}: x", "-parking", "parking; DROP TABLE passages;--",
    "a\x00b", "\ud800", "\u202eparking", "🅿️", "%_", "* * *", "passages_fts", "'||'", "+", "()",
]  # fmt: skip


@pytest.fixture(scope="module")
def embedder(tmp_path_factory):
    return embedders.open_minilm(cache_dir=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def config():
    return BotConfig.model_validate(YAML(typ="safe").load(SAMPLE))


@pytest.fixture
def empty(tmp_path, embedder):
    made = open_library(tmp_path / "knowledge.db", embedder=embedder, clock=SystemClock(NOW))
    yield made
    made.close()


@pytest.fixture
def library(empty, config):
    facts.publish(empty, config)
    return empty


def sources(found):
    return [passage.source for passage in found]


@pytest.mark.parametrize(
    ("asked", "source"),
    [
        ("When are you open?", "Opening hours"),
        ("Is there parking?", "Parking"),
        ("can I try it for free", "Free trial"),
        ("do you store data in europe", "Security and data location"),
        ("how do I pay", "Payment methods"),
        ("does it work with slack", "Integrations"),
        ("are you hiring", "Jobs"),
        ("what does premium cost", "Price list"),
        ("phone number", "Contact"),
    ],
)
def test_a_question_finds_the_fact_that_answers_it(library, asked, source):
    best = library.find(asked)[0]

    assert best.source == source
    assert best.score >= 0.35


@pytest.mark.parametrize(
    "asked",
    ["Do you sell submarines?", "what is the weather like", "who is the president",
     "can I bring my dog", "tell me a joke"],
)  # fmt: skip
def test_what_the_company_does_not_know_scores_below_an_answer(library, asked):
    assert all(passage.score < 0.35 for passage in library.find(asked))


async def test_the_port_gives_no_more_than_asked_for(library):
    port: ports.Passages = library.public()

    assert len(await port.search("When are you open on Friday?", limit=2)) == 2


@pytest.mark.parametrize("asked", ["", " ", "\n\t"])
def test_no_words_find_nothing(library, asked):
    assert library.find(asked) == []


def test_an_empty_library_finds_nothing(empty):
    assert empty.find("parking") == []


@pytest.mark.parametrize("asked", HOSTILE)
def test_hostile_words_are_words_and_nothing_else(library, asked):
    found = library.find(asked)

    assert all(0 <= passage.score <= 1 for passage in found)
    assert len(library.find("parking")) >= 1


@given(st.text(max_size=60))
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_is_typed_is_a_query_sqlite_understands(empty, asked):
    terms = query.terms_of(asked, synonyms={"price": ["cost", 'f"ee', "* *"]})
    for term in terms:
        for words in (term.wide, term.exact):
            assert empty.db.read(lambda c, w=words: index.worded(c, w, "fact", TODAY, most=5)) == []
    assert empty.find(asked) == []


def test_a_synonym_of_the_config_finds_the_word(library, config):
    [plain] = query.terms_of("demo", synonyms={})
    [widened] = query.terms_of("demo", synonyms=config.synonyms)

    assert (plain.wide, plain.exact) == ('("demo"*)', '("demo")')
    assert widened.wide == '("demo"* OR "demonstration" OR "walkthrough" OR "trial call")'
    assert widened.exact == '("demo" OR "demonstration" OR "walkthrough" OR "trial call")'


def test_words_that_only_end_alike_stay_apart():
    assert stem("caring") == stem("care") != stem("car")
    assert stem("apply") != stem("app")


def test_what_every_customer_calls_a_thing_finds_it_too():
    [bikes] = query.terms_of("bikes", synonyms={})
    [own] = query.terms_of("bikes", synonyms={"velo": ["bikes"]})

    assert bikes.words == ("bikes", "bicycle", "cycle")
    assert own.words == ("bikes", "velo", "bicycle", "cycle")


def test_the_digger_is_the_excavator(empty, tmp_path):
    path = tmp_path / "hire.md"
    path.write_text("# Hire\n\nThe mini excavator is 350 dollars from Friday to Monday.\n")
    documents.add(empty, path)

    assert empty.find("digger")[0].every_word


@pytest.mark.parametrize(
    ("asked", "subject"),
    [
        ("why didn't the lamp work, I'd like to know", ["lamp", "work", "like"]),
        ("what may I plant in May?", ["may", "plant"]),
        ("may I plant this on 3 May", ["may", "plant", "3"]),
        ("may I plant 3 trees", ["plant", "3", "trees"]),
        ("may 3 people come", ["3", "people"]),
        ("can I still come on May 3rd?", ["may", "3rd"]),
        ("is it open before May", ["open", "may"]),
        ("who comes in may they use the lift", ["comes", "lift"]),
    ],
)
def test_what_has_no_subject_of_its_own_is_no_word(asked, subject):
    assert query.words_of(asked) == subject


@pytest.mark.parametrize(
    "words",
    [
        "price prices priced pricing",
        "party parties",
        "box boxes",
        "bike bikes biking",
        "dog dogs",
        "try tries tried trying",
        "apply applies applied",
        "supply supplies supplied",
        "movie movies",
        "week weekly",
    ],
)
def test_forms_of_a_word_are_one(words):
    assert len({stem(word) for word in words.split()}) == 1


@pytest.mark.parametrize(
    ("asked", "source"),
    [
        ("When does the pottery studio on Elm Street close on Sunday?", "Pottery studio"),
        ("When do you close?", "Opening hours"),
        ("What does Premium cost?", "Price list"),
    ],
)
def test_a_document_goes_before_a_fact_only_where_it_is_more_particular(
    library, tmp_path, asked, source
):
    pottery = tmp_path / "pottery.md"
    pottery.write_text(
        "# Pottery studio\n\nThe pottery studio on Elm Street closes at 9 pm on Sunday.\n\n"
        "# Old leaflet\n\nPremium costs $49.\n"
    )
    documents.add(library, pottery)

    assert library.find(asked)[0].source.startswith(source)


def test_publishing_again_replaces_every_fact(library, config):
    changed = config.model_copy(
        update={
            "facts": config.facts.model_copy(
                update={"policies": [Policy(id="pets", title="Pets", text="Dogs are welcome.")]}
            )
        }
    )

    facts.publish(library, changed)

    assert library.find("can I bring my dog")[0].source == "Pets"
    assert "Parking" not in sources(library.find("is there parking?"))


def test_publishing_the_same_config_embeds_nothing_anew(library, config):
    class Counting:
        name = library.embedder.name
        texts = 0

        def encode(self, texts):
            self.texts += len(texts)
            return library.embedder.encode(texts)

    counting = Counting()
    again = type(library)(library.db, counting, library.clock)

    facts.publish(again, config)

    assert counting.texts == 0
    assert len(library.find("parking")) >= 1


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        (datetime(2026, 12, 1, 4, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 1, 5, 0, tzinfo=UTC), True),
        (datetime(2027, 1, 1, 4, 59, tzinfo=UTC), True),
        (datetime(2027, 1, 1, 5, 0, tzinfo=UTC), False),
    ],
)
def test_a_fact_is_found_only_on_the_days_it_holds_in_the_companys_zone(
    library, config, now, holds
):
    sale = Policy(
        id="sale", title="Winter sale", text="Everything is half price in December.",
        valid_from=date(2026, 12, 1), valid_until=date(2026, 12, 31),
    )  # fmt: skip
    changed = config.model_copy(
        update={"facts": config.facts.model_copy(update={"policies": [sale]})}
    )
    facts.publish(library, changed)
    then = type(library)(library.db, library.embedder, SystemClock(now))

    assert ("Winter sale" in sources(then.find("winter sale half price"))) is holds


def test_a_fact_goes_before_a_document_that_says_otherwise(library, tmp_path, shared):
    path = tmp_path / "old.md"
    path.write_text("# Parking\nParking costs 5 dollars: parking, parking fee.")
    Desk(library, shared).add(path)

    found = library.find("is there parking?")

    assert found[0].text.startswith("Visitors park free of charge")
    assert "Parking" in sources(found[1:])


def test_special_days_are_worded_and_end_with_the_day(config):
    worded = [fact for fact in facts.facts_of(config, calendar(config)) if fact.valid_until]

    assert worded[0].text == (
        "On Friday, November 27, 2026 (Day after Thanksgiving) we are open 9:00 am to 1:00 pm."
    )
    assert worded[0].valid_until == date(2026, 11, 27)


def test_products_are_worded_with_their_exact_price(config):
    texts = {fact.title: fact.text for fact in facts.facts_of(config, calendar(config))}

    assert texts["Premium"].endswith("Premium costs $99.00 per user per month.")
    assert texts["Onboarding package"].endswith("costs $1,500.00, paid once.")
    assert texts["Departments"] == "You can ask for Sales, Support or Billing."


def calendar(config):
    from appliance.config.calendar_of import calendar_of

    return calendar_of(config.calendar)


def test_what_another_process_publishes_is_found(library, config, tmp_path):
    library.find("parking")
    other = open_library(library.db.path, embedder=library.embedder, clock=library.clock)
    only = config.model_copy(
        update={
            "facts": config.facts.model_copy(
                update={"policies": [Policy(id="pets", title="Pets", text="Dogs are welcome.")]}
            )
        }
    )

    facts.publish(other, only)
    other.close()

    assert library.find("may my dog come along?")[0].source == "Pets"
