"""The open room: the library, and what is needed to take documents in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from appliance.knowledge.ingest.reader import Reader
from appliance.knowledge.intake import Intake, Nobody, Watching
from appliance.knowledge.language import Languages
from appliance.knowledge.library import Library
from appliance.knowledge.web.crawl import Crawler
from appliance.models.tokens import Tokens


def _nowhere(_what: str, _about: dict[str, object]) -> None:
    """Record nothing."""


@dataclass(frozen=True, slots=True)
class Room:
    """What assembly opens for a command or a job. `record` notes in the audit who did what."""

    library: Library
    crawler: Crawler | None = None
    record: Callable[[str, dict[str, object]], None] = _nowhere
    closes: Callable[[], None] | None = None

    def close(self) -> None:
        """Close the library and what came with it."""
        self.library.close()
        if self.closes:
            self.closes()

    @contextmanager
    def intake(self, watching: Watching | None = None) -> Iterator[Intake]:
        """Open what reads documents; takes about half a second."""
        with Reader() as reader:
            yield Intake(
                library=self.library,
                reader=reader,
                tokens=Tokens(),
                languages=Languages(),
                crawler=self.crawler,
                watching=watching or Nobody(),
            )
