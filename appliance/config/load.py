"""bot_config.yaml from bytes to a typed config, or to every problem it has.

Form first (bytes, YAML, keys), then the schema, the business rules and the secret rules, all on the
same tree, so that one run tells everything. A value that looks like a secret is never shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from appliance.config import model, reading, rules, schema_check, secret_rules, syntax
from appliance.config.catalogue import Catalogue
from appliance.config.problems import Finding, Problem, listed

__all__ = ["Catalogue", "Loaded", "Problem", "digest_of", "load", "parse"]

_SHORTEST_SECRET = 12


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file came to. `config` is None exactly when one of the problems is no warning.

    `digest` is the SHA-256 (hex) of the config's canonical JSON, so that comments and the order of
    keys do not matter; of the file's bytes where there is no config. `text` is the file's text.
    """

    config: model.BotConfig | None
    problems: tuple[Problem, ...]
    digest: str
    text: str

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the config from being used."""
        return tuple(problem for problem in self.problems if not problem.warning)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems one can live with."""
        return tuple(problem for problem in self.problems if problem.warning)


def load(path: Path | str, *, catalogue: Catalogue, secrets: Callable[[str], bool]) -> Loaded:
    """Read and check a config file; `secrets` tells whether a secret of a name exists.

    Never raises for what the file holds, or because there is no such file.
    """
    path = Path(path)
    try:
        if path.exists() and not path.is_file():
            return _unusable(path, b"", "is not a file", "give the path of a bot_config.yaml")
        with path.open("rb") as file:
            content = file.read(syntax.MAX_BYTES + 1)
    except FileNotFoundError:
        return _unusable(path, b"", "there is no such file", "check the path")
    except (OSError, ValueError) as cause:
        said = cause.strerror if isinstance(cause, OSError) else None
        return _unusable(
            path, b"", f"cannot be opened: {said or 'impossible path'}", "check path and rights"
        )
    return parse(content, path, catalogue=catalogue, secrets=secrets)


def parse(
    content: bytes, path: Path | str, *, catalogue: Catalogue, secrets: Callable[[str], bool]
) -> Loaded:
    """Check a config already in hand; `path` is only its name in messages."""
    try:
        text = syntax.decoded(content)
    except syntax.Unreadable as cause:
        return _refused(path, content, "", [], [cause.finding])
    root, form = reading.read(text)
    if root is None:
        return _refused(path, content, text, list(secret_rules.in_text(text)), form)
    config, against_schema = schema_check.check(root, catalogue)
    hidden = list(secret_rules.check(root, text))
    others = [form, rules.check(root, catalogue, secrets), against_schema]
    problems = _listed(path, hidden, others)
    if config is None or any(not problem.warning for problem in problems):
        return Loaded(None, problems, hashlib.sha256(content).hexdigest(), text)
    return Loaded(config, problems, digest_of(config), text)


def digest_of(config: model.BotConfig) -> str:
    """Give the SHA-256 (hex) of a config's canonical JSON."""
    return hashlib.sha256(canonical(config).encode()).hexdigest()


def canonical(config: model.BotConfig) -> str:
    """Give a config as JSON with sorted keys and no spaces: equal configs, equal text."""
    return json.dumps(config.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))


def _unusable(path: Path, content: bytes, what: str, do: str) -> Loaded:
    return _refused(path, content, "", [], [Finding(1, 1, (), what, do)])


def _refused(
    path: Path | str, content: bytes, text: str, hidden: list[Finding], others: list[Finding]
) -> Loaded:
    problems = _listed(path, hidden, [others])
    return Loaded(None, problems, hashlib.sha256(content).hexdigest(), text)


def _listed(
    path: Path | str, hidden: list[Finding], others: Iterable[Iterable[Finding]]
) -> tuple[Problem, ...]:
    """List what was found; `hidden` are the secrets: on their lines nothing else is said."""
    lines = {finding.line for finding in hidden}
    safe = (
        [finding for finding in group if finding.line not in lines and not _names_a_secret(finding)]
        for group in others
    )
    return listed(path, [hidden, *safe])


def _names_a_secret(finding: Finding) -> bool:
    keys = (step for step in finding.steps if isinstance(step, str))
    return any(len(key) >= _SHORTEST_SECRET and secret_rules.kind_of(key) for key in keys)
