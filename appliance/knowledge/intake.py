"""Reading the documents that wait: one after the other, each in steps that survive a kill.

A document's row is the job. Its vectors are kept as they are made; its passages take the place of
its earlier ones in one transaction at the end. What fails says why in its row, and its earlier
passages stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from appliance.core import errors, logs
from appliance.core.clock import Clock
from appliance.core.store.database import Connection, Database
from appliance.knowledge import adding, records, sources, texts, vectors
from appliance.knowledge.ingest.reader import Reader
from appliance.knowledge.language import Languages
from appliance.knowledge.library import Library
from appliance.knowledge.sources import Content
from appliance.knowledge.values import Document, Site, State, Text
from appliance.knowledge.web import addresses
from appliance.knowledge.web.crawl import Crawler, Gone
from appliance.models.embedder import Embedder
from appliance.models.tokens import Tokens

_STAGE = 64  # vectors made before they are kept: about a second's work
_MOST_TRIES = 8
_MOST_DEATHS = 10
_FIRST_WAIT_S, _LONGEST_WAIT_S = 30.0, 6 * 3600.0
_log = logs.get(__name__)


class Outcome(StrEnum):
    """What became of a document."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    WAITING = "waiting"
    GONE = "gone"


class Watching(Protocol):
    """Hears how the work goes on."""

    def began(self, document: Document) -> None:
        """Hear that a document is being read."""

    def made(self, done: int, total: int) -> None:
        """Hear how many of its passages have their vector."""

    def ended(self, document: Document, outcome: Outcome) -> None:
        """Hear what became of it, and how its row stands now."""


class Nobody:
    """Hears nothing."""

    def began(self, document: Document) -> None: ...

    def made(self, done: int, total: int) -> None: ...

    def ended(self, document: Document, outcome: Outcome) -> None: ...


@dataclass(slots=True)
class Intake:
    """Reads what waits. For one thread, and one process at a time (`turns.only_one`)."""

    library: Library
    reader: Reader
    tokens: Tokens
    languages: Languages
    crawler: Crawler | None = None
    watching: Watching = field(default_factory=Nobody)

    @property
    def _db(self) -> Database:
        return self.library.db

    @property
    def _clock(self) -> Clock:
        return self.library.clock

    def work(self, *, goes_on: Callable[[], bool] = lambda: True) -> None:
        """Read what waits until nothing is due, or `goes_on` says no."""
        while goes_on():
            document = self._db.read(self._next)
            if document is not None:
                self._take(document)
            elif not self._open_site():
                return

    def _next(self, connection: Connection) -> Document | None:
        return records.next_due(connection, self._clock.now())

    # -- a document ----------------------------------------------------------------------------

    def _take(self, document: Document) -> None:
        self._change(document, attempts=document.attempts + 1)
        self.watching.began(document)
        try:
            _check_deaths(document)
            outcome = self._read(document)
        except Gone as gone:
            outcome = self._gone(document, gone)
        except (errors.Refused, errors.Rejected) as refusal:
            outcome = self._fail(document, refusal.sentence)
        except errors.Unavailable as wrong:
            outcome = self._postpone(document, wrong)
        except KeyboardInterrupt:
            self._change(document, attempts=document.attempts)  # that was no fault of its own
            raise
        after = self._db.read(lambda c: records.find_document(c, document.id))
        self.watching.ended(after or document, outcome)

    def _read(self, document: Document) -> Outcome:
        content = sources.get(document, self.crawler)
        document, outcome = self._redirected(document, content)
        if outcome is not None:
            return outcome
        if content.content is None and document.state is State.READY:
            return self._unchanged(document, content)
        if content.content is None:
            raise errors.Unavailable("The page is to be read whole.", retry_after_s=1)
        kind, parsed = self.reader.read(content.content, content.name)
        title = texts.title_of(parsed, document.address, kind)
        labels = texts.labels_of(
            parsed, asked=document.asked, title=title, address=document.address
        )
        language = texts.language_of(parsed, self.languages)
        made = texts.texts_of(
            parsed,
            kind,
            address=document.address,
            title=title,
            labels=labels,
            language=language,
            count=self.tokens.count,
        )
        if not made:
            raise errors.Refused(f"{content.name} is empty: there are no words in it.")
        values = {
            "title": title,
            "digest": content.digest,
            "state": State.READY,
            "problem": None,
            "remark": " ".join(parsed.remarks) or None,
            "format": str(kind),
            "access": labels.access,
            "language": language,
            "valid_from": labels.valid_from,
            "valid_until": labels.valid_until,
            "size_bytes": content.size_bytes,
            "etag": content.etag,
            "modified": content.modified,
            "due_at": None,
            "attempts": 0,
        }
        self._store(document, made, values)
        self._follow(document, content.url or document.address, parsed.links)
        return Outcome.ADDED if document.state is State.WAITING else Outcome.CHANGED

    def _store(
        self, document: Document, made: Sequence[Text], values: Mapping[str, object]
    ) -> None:
        """Make the vectors that are missing, then put everything in place at once."""
        name, embedder = self.library.serving()
        known = self._db.read(lambda c: records.known_vectors(c, name, document.id))
        fresh = {text.digest: text.embedded for text in made if text.digest not in known}
        if fresh and embedder is not None:
            known |= self._made(document, name, embedder, fresh, len(made) - len(fresh))
        self.watching.made(len(made), len(made))

        def unit(connection: Connection) -> None:
            if not records.change_document(connection, document.id, **values):
                return  # it was removed while we read it
            kept = known if records.serves(connection, name) else {}
            records.replace_passages(
                connection, made, kept, kind="document", document_id=document.id
            )
            records.unstage(connection, document.id)

        self._db.write_now(unit)

    def _made(
        self,
        document: Document,
        name: str,
        embedder: Embedder,
        fresh: dict[str, str],
        done: int,
    ) -> dict[str, bytes]:
        """Make vectors, those of short texts first: a batch is as slow as its longest text."""
        order = sorted(fresh.items(), key=lambda item: len(item[1]))
        made: dict[str, bytes] = {}
        for at in range(0, len(order), _STAGE):
            part = order[at : at + _STAGE]
            for start in range(0, len(part), vectors.BATCH):
                batch = part[start : start + vectors.BATCH]
                words = [words for _, words in batch]
                digests = [digest for digest, _ in batch]
                made.update(zip(digests, vectors.encode(embedder, words), strict=True))
                self.watching.made(done + len(made), done + len(fresh))
            kept = [(digest, made[digest]) for digest, _ in part]

            def unit(connection: Connection, kept: list[tuple[str, bytes]] = kept) -> None:
                # Work goes on, so a death from here on is not this document's tenth.
                if records.change_document(connection, document.id, attempts=1):
                    records.stage(connection, document.id, name, kept)

            if len(order) > _STAGE:
                self._db.write_now(unit)
        return made

    def _unchanged(self, document: Document, content: Content) -> Outcome:
        self._change(
            document,
            problem=None,
            due_at=None,
            attempts=0,
            etag=content.etag,
            modified=content.modified,
        )
        return Outcome.UNCHANGED

    # -- trouble -------------------------------------------------------------------------------

    def _fail(self, document: Document, problem: str) -> Outcome:
        """Note what is wrong. A document that was ready goes on serving its earlier text."""
        ready = document.state is State.READY
        said = f"{problem} Its earlier text is still used." if ready else problem

        def unit(connection: Connection) -> None:
            records.change_document(
                connection,
                document.id,
                problem=said,
                state=State.READY if ready else State.FAILED,
                due_at=None,
                attempts=0,
            )
            records.unstage(connection, document.id)

        self._db.write_now(unit)
        return Outcome.FAILED

    def _postpone(self, document: Document, wrong: errors.Unavailable) -> Outcome:
        tries = document.attempts + 1
        if tries >= _MOST_TRIES:
            return self._fail(document, wrong.sentence)
        wait = wrong.retry_after_s or _FIRST_WAIT_S * 2 ** (tries - 1)
        due_at = self._clock.now() + timedelta(seconds=min(max(wait, 1.0), _LONGEST_WAIT_S))
        self._change(document, problem=wrong.sentence, due_at=due_at)
        return Outcome.WAITING

    def _gone(self, document: Document, gone: Gone) -> Outcome:
        """A page that is gone twice in a row is forgotten: once may be a mishap of the site."""
        said_before = document.problem == gone.sentence
        if document.state is not State.READY or said_before:
            self._db.write_now(lambda c: records.remove_document(c, document.id))
            return Outcome.GONE
        self._change(document, problem=gone.sentence, due_at=None, attempts=0)
        return Outcome.FAILED

    def _change(self, document: Document, **values: object) -> None:
        self._db.write_now(lambda c: records.change_document(c, document.id, **values))

    # -- websites ------------------------------------------------------------------------------

    def _redirected(self, document: Document, content: Content) -> tuple[Document, Outcome | None]:
        """Follow a page that moved within its site; a second way to the same page is dropped."""
        if not content.url or document.site_id is None:
            return document, None
        url = addresses.normal(content.url)
        if url == document.address:
            return document, None
        site = self._db.read(lambda c: records.find_site(c, document.site_id or ""))
        if site is not None and not addresses.belongs(url, site.address):
            raise errors.Refused(
                f"{document.address} leads to another site ({addresses.host_of(url)}). Add that "
                "address itself if it is yours."
            )

        def unit(connection: Connection) -> Document | None:
            if records.find_document_at(connection, url) is not None:
                records.remove_document(connection, document.id)
                return None
            records.change_document(connection, document.id, address=url)
            return records.find_document(connection, document.id)

        moved = self._db.write_now(unit)
        return (document, Outcome.GONE) if moved is None else (moved, None)

    def _follow(self, document: Document, url: str, links: Sequence[str]) -> None:
        """Let the pages a page leads to wait, as far as the site's budget goes."""
        if document.site_id is None or not links:
            return
        site = self._db.read(lambda c: records.find_site(c, document.site_id or ""))
        if site is not None:
            found = (addresses.within(url, link, site.address) for link in links)
            self._put_pages(site, [page for page in found if page], again=False)

    def _open_site(self) -> bool:
        """Let the pages of a site that is due wait; False where none is due."""
        now = self._clock.now()
        due = [site for site in self._db.read(records.list_sites) if site.due_at <= now]
        if not due or self.crawler is None:
            return False
        site, problem = due[0], None
        next_at = now + timedelta(seconds=site.every_s)
        try:
            pages = list(dict.fromkeys(self.crawler.pages_of(site.address)))
            known = self._db.read(lambda c: records.pages_of(c, site.id))
            self._put_pages(site, [page.address for page in known] + pages, again=True)
        except (errors.Refused, errors.Rejected) as refusal:
            problem = refusal.sentence
        except errors.Unavailable as wrong:
            problem = wrong.sentence
            next_at = now + timedelta(seconds=max(wrong.retry_after_s or 0.0, 600.0))
        self._db.write_now(
            lambda c: records.change_site(
                c, site.id, due_at=next_at, checked_at=now, problem=problem
            )
        )
        return True

    def _put_pages(self, site: Site, pages: Sequence[str], *, again: bool) -> None:
        now = self._clock.now()

        def unit(connection: Connection) -> None:
            known = {page.address for page in records.pages_of(connection, site.id)}
            for page in dict.fromkeys(pages):
                if page in known and not again:
                    continue
                if page not in known and len(known) >= site.pages:
                    continue
                there = records.find_document_at(connection, page)
                if there is not None and there.site_id != site.id:
                    continue  # another site has it
                adding.put_document(
                    connection, now, page, site.asked, title=texts.name_of(page), site_id=site.id
                )
                known.add(page)

        self._db.write_now(unit)


def _check_deaths(document: Document) -> None:
    """Refuse a document whose reading ended our process again and again."""
    if document.attempts >= _MOST_DEATHS and document.problem is None:
        raise errors.Refused(
            f"Reading {texts.name_of(document.address)} ended the appliance "
            f"{document.attempts} times. Add it in parts."
        )
