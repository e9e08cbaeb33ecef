"""A website is read within its bounds, by its rules, at its pace, and again when it has changed."""

from __future__ import annotations

import gzip

import pytest

from appliance.core import errors
from appliance.core.http import Http
from appliance.knowledge import adding, records
from appliance.knowledge.values import Access, Asked, State
from appliance.knowledge.web import addresses, robots
from appliance.knowledge.web.crawl import Crawler
from appliance.knowledge.web.fetching import GuardedFetch
from tests.knowledge.conftest import Desk
from tests.knowledge.site import Answer, Website, page, serving


class Surfer:
    """Adds a website and reads what waits."""

    def __init__(self, library, shared, clock, site: Website):
        self.fetch = GuardedFetch(lambda: Http(trusted=[site.url]))
        self.pauses: list[float] = []
        self.crawler = Crawler(self.fetch, clock, sleep=self.sleep)
        self.desk = Desk(library, shared, crawler=self.crawler)
        self.library, self.clock, self.site = library, clock, site

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.clock.advance(seconds=seconds)

    def add(self, path="/", *, pages=50, asked=None):
        now = self.clock.now()
        website = adding.Website(pages=pages)
        adding.put_site(self.library.db, now, self.site.url + path, asked or Asked(), website)
        self.desk.intake.work()

    def again(self):
        """A day later."""
        self.clock.advance(days=1, seconds=1)
        self.site.asked.clear()
        self.desk.intake.work()

    @property
    def pages(self):
        found = self.library.db.read(records.list_documents)
        return {one.address.removeprefix(self.site.url): one for one in found}

    @property
    def problem(self):
        return self.library.db.read(records.list_sites)[0].problem


@pytest.fixture
def surf(library, shared, clock):
    surfers = []

    def make(site):
        surfers.append(Surfer(library, shared, clock, site))
        return surfers[-1]

    yield make
    for one in surfers:
        one.fetch.close()


def test_a_site_is_read_from_page_to_page_and_no_further(surf):
    pages = {
        "/": page("Home", "/help", "help#top", "https://other.example/", "mailto:a@b.c", "/a.png"),
        "/help": page("Help", "/", "/help/fees?utm_source=x", "//127.0.0.1:1/x"),
        "/help/fees": page("Fees", "javascript:alert(1)"),
    }
    with serving(pages) as site:
        surfer = surf(site)
        surfer.add()

        assert set(surfer.pages) == {"/", "/help", "/help/fees"}
        assert all(one.state is State.READY for one in surfer.pages.values())
        assert sorted(set(site.paths)) == [
            "/",
            "/help",
            "/help/fees",
            "/robots.txt",
            "/sitemap.xml",
        ]
        best = surfer.library.find("all about fees")[0]
        assert best.source == f"Fees ({site.url}/help/fees)"


def test_a_part_of_a_site_is_only_what_lies_below_it(surf):
    pages = {
        "/help": page("Help", "/", "/help/fees", "/helpless"),
        "/help/fees": page("Fees", "/jobs"),
        "/": page("Home"),
    }
    with serving(pages) as site:
        surfer = surf(site)
        surfer.add("/help")

        assert set(surfer.pages) == {"/help", "/help/fees"}


def test_sitemaps_are_followed_also_packed_and_in_one_another(surf):
    def found(*locations):
        return "".join(f"<url><loc>{one}</loc></url>" for one in locations)

    with serving({}) as site:
        site.pages |= {
            "/robots.txt": Answer(f"User-agent: *\nDisallow:\nSitemap: {site.url}/maps.xml"),
            "/maps.xml": Answer(f"<sitemapindex><loc>{site.url}/one.xml.gz</loc></sitemapindex>"),
            "/one.xml.gz": Answer(gzip.compress(
                f"<urlset>{found(f'{site.url}/lonely', 'https://evil.example/x')}</urlset>".encode()
            )),
            "/": page("Home"),
            "/lonely": page("Lonely"),
        }  # fmt: skip
        surfer = surf(site)
        surfer.add()

        assert set(surfer.pages) == {"/", "/lonely"}


def test_robots_txt_is_obeyed_and_said(surf):
    pages = {
        "/robots.txt": Answer("User-agent: *\nDisallow: /private\nCrawl-delay: 3"),
        "/": page("Home", "/private/prices", "/open"),
        "/open": page("Open"),
        "/private/prices": page("Prices"),
    }
    with serving(pages) as site:
        surfer = surf(site)
        surfer.add()

        refused = surfer.pages["/private/prices"]
        assert refused.state is State.FAILED
        assert "robots.txt says so" in (refused.problem or "")
        assert "/private/prices" not in site.paths
        assert surfer.pages["/open"].state is State.READY
        assert max(surfer.pauses) > 2.5


def test_there_is_a_second_between_requests_to_a_host(surf):
    pages = {"/": page("Home", *(f"/p{n}" for n in range(4)))}
    pages |= {f"/p{n}": page(f"P{n}") for n in range(4)}
    with serving(pages) as site:
        surfer = surf(site)
        surfer.add()

        assert len(site.asked) == 7
        assert sum(surfer.pauses) > 4.5  # the rest of the six seconds is true time
        assert all(pause <= 1.0 for pause in surfer.pauses)


def test_no_more_pages_are_read_than_the_budget_allows(surf):
    pages = {f"/p{n}": page(f"P{n}", f"/p{n + 1}", f"/q{n}") for n in range(30)}
    pages |= {f"/q{n}": page(f"Q{n}") for n in range(30)}
    with serving({"/": page("Home", "/p0"), **pages}) as site:
        surfer = surf(site)
        surfer.add(pages=4)

        assert len(surfer.pages) == 4


def test_only_what_has_changed_is_sent_and_read_again(surf):
    told = []

    def tagged(headers):
        told.append((headers.get("if-none-match"), headers.get("if-modified-since")))
        if headers.get("if-none-match") == '"v1"':
            return Answer(status=304)
        answer = page("Home", "/dated")
        return Answer(answer.body, headers={**answer.headers, "etag": '"v1"'})

    def dated(headers):
        told.append((headers.get("if-none-match"), headers.get("if-modified-since")))
        answer = page("Dated", text="The price was changed to ninety nine dollars this very day.")
        return Answer(
            answer.body,
            headers={**answer.headers, "last-modified": "Mon, 16 Nov 2026 00:00:00 GMT"},
        )

    with serving({"/": tagged, "/dated": dated}) as site:
        surfer = surf(site)
        surfer.add()
        made = surfer.library.embedder.made
        first = surfer.pages["/"]
        surfer.again()

        assert told == [
            (None, None),
            (None, None),
            ('"v1"', None),
            (None, "Mon, 16 Nov 2026 00:00:00 GMT"),
        ]
        assert surfer.library.embedder.made == made
        assert surfer.pages["/"] == first


def test_a_page_that_is_gone_twice_is_forgotten(surf):
    with serving({"/": page("Home", "/old"), "/old": page("Old")}) as site:
        surfer = surf(site)
        surfer.add()
        del site.pages["/old"]

        surfer.again()
        once = surfer.pages["/old"]
        surfer.again()

        assert once.passages == 1
        assert "not there any more" in (once.problem or "")
        assert set(surfer.pages) == {"/"}


def test_a_page_that_asks_to_wait_is_read_when_it_says(surf):
    busy = [True]

    def sometimes(_headers):
        return Answer(b"", 429, {"retry-after": "120"}) if busy[0] else page("Busy")

    with serving({"/": page("Home", "/busy"), "/busy": sometimes}) as site:
        surfer = surf(site)
        surfer.add()
        waiting = surfer.pages["/busy"]
        busy[0] = False
        surfer.clock.advance(seconds=100)
        surfer.desk.intake.work()
        still = surfer.pages["/busy"]
        surfer.clock.advance(seconds=30)
        surfer.desk.intake.work()

        assert (waiting.state, still.state) == (State.WAITING, State.WAITING)
        assert "429" in (waiting.problem or "")
        assert waiting.due_at is not None
        assert surfer.pages["/busy"].state is State.READY


def test_a_server_that_stays_broken_is_given_up_after_some_tries(surf):
    with serving({"/": page("Home", "/broken"), "/broken": Answer(b"", 503)}) as site:
        surfer = surf(site)
        surfer.add()
        for _ in range(12):
            surfer.clock.advance(hours=1)
            surfer.desk.intake.work()

        assert surfer.pages["/broken"].state is State.FAILED
        assert site.paths.count("/broken") == 8


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data/", "http://[::ffff:10.0.0.1]/", "http://2130706433/",
     "file:///etc/passwd"],
)  # fmt: skip
def test_a_redirect_into_a_private_network_is_refused(surf, target):
    pages = {"/": page("Home", "/trap"), "/trap": Answer(b"", 302, {"location": target})}
    with serving(pages) as site:
        surfer = surf(site)
        surfer.add()

        assert surfer.pages["/trap"].state is State.FAILED
        assert surfer.pages["/trap"].problem
        assert surfer.pages["/"].state is State.READY


def test_a_redirect_within_the_site_is_one_page_and_not_two(surf):
    pages = {
        "/": page("Home", "/old", "/new"),
        "/old": Answer(b"", 301, {"location": "/new"}),
        "/new": page("New"),
    }
    with serving(pages) as site:
        surfer = surf(site)
        surfer.add()

        assert set(surfer.pages) == {"/", "/new"}


def test_documents_of_other_formats_are_read_by_what_the_server_says(surf):
    pages = {
        "/": page("Home", "/prices", "/photo"),
        "/prices": Answer("Plan,Price\nPro,15\n", headers={"content-type": "text/csv"}),
        "/photo": Answer(b"\x89PNG\r\n\x1a\n", headers={"content-type": "image/png"}),
    }
    with serving(pages) as site:
        surfer = surf(site)
        surfer.add()

        assert surfer.pages["/prices"].format == "csv"
        assert "picture" in (surfer.pages["/photo"].problem or "")


def test_a_site_of_ones_own_people_stays_internal_on_every_page(surf):
    with serving({"/": page("Home", "/more"), "/more": page("More")}) as site:
        surfer = surf(site)
        surfer.add(asked=Asked(access=Access.INTERNAL))

        assert {one.access for one in surfer.pages.values()} == {Access.INTERNAL}
        assert surfer.library.find("all about more") == []


def test_a_site_that_cannot_be_reached_says_so_and_is_tried_again(surf, clock):
    with serving({}) as site:
        pass
    surfer = surf(site)
    surfer.add()

    assert "could not be" in (surfer.problem or "")
    [due] = [one.due_at for one in surfer.library.db.read(records.list_sites)]
    assert due > clock.now()


def test_removing_a_site_removes_its_pages(surf, library):
    with serving({"/": page("Home", "/more"), "/more": page("More")}) as site:
        surfer = surf(site)
        surfer.add()
        [added] = library.db.read(records.list_sites)

        assert library.db.write_now(lambda c: records.remove_site(c, added.id))
        assert surfer.pages == {}
        assert library.find("all about more") == []


@pytest.mark.parametrize(
    ("given", "one"),
    [
        ("HTTPS://Acme.Example:443/a b?utm_source=x&id=3#top", "https://acme.example/a%20b?id=3"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example/"),
        ("http://acme.example:8080/x", "http://acme.example:8080/x"),
    ],
)
def test_an_address_has_one_spelling(given, one):
    assert addresses.normal(given) == one


@pytest.mark.parametrize(
    "given", ["ftp://acme.example", "https://", "https://a:b@acme.example", "x"]
)
def test_what_is_no_address_is_refused(given):
    with pytest.raises(errors.Refused):
        addresses.normal(given)


def test_a_sitemap_may_be_hostile():
    bomb = gzip.compress(b"<loc>https://a.example/x</loc>" + b" " * 50_000_000)
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><urlset><loc>https://a.example/&a;</loc></urlset>'

    assert robots.listed(bomb) == (["https://a.example/x"], False)
    assert robots.listed(b"\x1f\x8bnonsense") == ([], False)
    assert robots.listed(entities)[0] == ["https://a.example/&a;"]
