"""Rules about MCP servers. Nothing here starts or asks one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter
from urllib.parse import urlsplit

from appliance.config import mcp_names, nodes
from appliance.config.problems import Finding, Steps, shown
from appliance.config.rule_file import RuleFile, is_filled

_SECRET = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SPOKEN_BY_US = {"accept", "content-type", "content-length", "host", "mcp-session-id"}
_ONLY_COMMAND = ("args", "env", "env_secrets")
_ONLY_URL = ("bearer_secret", "header_secrets")


def servers(file: RuleFile) -> Iterator[Finding]:
    """Check each server: one way to it, what belongs to that way, and what the bot may use."""
    for at, server in file.items("workflow", "mcp_servers"):
        if not isinstance(server, nodes.Mapping):
            continue
        command, url = nodes.text(server, "command"), nodes.text(server, "url")
        if (command is None) == (url is None):
            said = "has both a command and a url" if command else "has neither command nor url"
            yield file.finding(at, said, "write exactly one of the two")
        elif command is not None:
            yield from _command(file, at, command)
        elif url is not None:
            yield from _url(file, at, url)
        yield from _headers(file, at, server)
        if not is_filled(nodes.find(server, "tools")) and file.is_on(*at, "enabled") is not False:
            yield file.finding(
                at,
                "offers nothing to the bot: its tools are not named",
                "`appliance tools list` shows what it has; name under tools what the bot may use",
                warning=True,
            )


def _is_named(file: RuleFile, at: Steps) -> bool:
    """Tell whether a server's prefix is one; where it is none, the schema says so."""
    prefix = file.text(*at, "prefix") or file.text(*at, "name") or ""
    return re.fullmatch(r"[a-z][a-z0-9_]{0,23}", prefix) is not None


def templates(file: RuleFile) -> Iterator[Finding]:
    """Check that a read-back can be filled in: plain names in braces, nothing else."""
    for _, at in file.mcp_tools():
        template = file.text(*at, "read_back")
        if template is None:
            continue
        try:
            fields = [field for _, field, _, _ in Formatter().parse(template) if field is not None]
        except ValueError:
            fields = [""]
        if not all(_PARAMETER.fullmatch(field) for field in fields):
            do = "write parameters as {name}, and no other braces"
            yield file.finding((*at, "read_back"), "its braces hold no parameter", do)


def _command(file: RuleFile, at: Steps, command: str) -> Iterator[Finding]:
    if "/" in command and not command.startswith("/"):
        do = "write its whole path from /, or its name alone to look it up in PATH"
        yield file.finding((*at, "command"), f"{shown(command)} is not a whole path", do)
    elif "/" not in command and re.search(r"\s", command):
        do = "write the program alone; its arguments go into args, one by one"
        yield file.finding((*at, "command"), f"{shown(command)} is more than a program", do)
    yield from _misplaced(file, at, _ONLY_URL, "a server with a url")


def _url(file: RuleFile, at: Steps, url: str) -> Iterator[Finding]:
    steps = (*at, "url")
    try:
        parts = urlsplit(url)
        host, named = parts.hostname, parts.username is not None or parts.password is not None
        _ = parts.port
    except ValueError:
        host, named, parts = None, False, urlsplit("")
    if named:
        do = "take them out; a token goes into a secret, named by bearer_secret"
        yield file.finding(steps, "has credentials in the address", do)
    elif parts.scheme not in {"http", "https"} or not host or re.search(r"\s", url):
        what = f"{shown(url)} is not a web address"
        yield file.finding(steps, what, "begin with https:// (or http://)")
    elif parts.fragment:
        yield file.finding(steps, "has a # in it", "leave it and what follows out")
    yield from _misplaced(file, at, _ONLY_COMMAND, "a server with a command")


def _misplaced(file: RuleFile, at: Steps, keys: tuple[str, ...], whose: str) -> Iterator[Finding]:
    for key in keys:
        if is_filled(nodes.find(file.root, *at, key)):
            yield file.finding((*at, key), f"belongs to {whose}", "remove it")


def _headers(file: RuleFile, at: Steps, server: nodes.Mapping) -> Iterator[Finding]:
    found = nodes.find(server, "header_secrets")
    names = list(found.entries) if isinstance(found, nodes.Mapping) else []
    seen = {"authorization"} if is_filled(nodes.find(server, "bearer_secret")) else set()
    for name in names:
        if name.lower() in seen:
            do = "write each header once; bearer_secret is the header Authorization"
            yield _at_key(file, (*at, "header_secrets", name), "this header is set twice", do)
        elif name.lower() in _SPOKEN_BY_US:
            what = f"the header {shown(name)} is the protocol's own"
            yield _at_key(file, (*at, "header_secrets", name), what, "remove it")
        seen.add(name.lower())


def _at_key(file: RuleFile, steps: Steps, what: str, do: str) -> Finding:
    line, column = nodes.place(file.root, steps, of_key=True)
    return Finding(line, column, steps, what, do)


def secrets(file: RuleFile) -> Iterator[Finding]:
    """Check that the secrets a server needs are set."""
    for at, server in file.items("workflow", "mcp_servers"):
        if file.is_on(*at, "enabled") is False:
            continue
        for section in ("env_secrets", "header_secrets"):
            found = nodes.find(server, section)
            for key in found.entries if isinstance(found, nodes.Mapping) else ():
                name = nodes.text(found, key)
                if name is not None and _SECRET.fullmatch(name) and not file.secrets(name):
                    do = f"run: appliance secrets set {name}"
                    steps = (*at, section, key)
                    yield file.finding(steps, f"the secret {shown(name)} is not set", do)


def names(file: RuleFile) -> Iterator[Finding]:
    """Check that no two tools have one name, whether of a server or of tools/, and that all fit."""
    taken: dict[str, int] = {}
    twice: dict[tuple[Steps, str], int] = {}
    for name, at in file.mcp_tools():
        where = "alias" if nodes.find(file.root, *at, "alias") is not None else "name"
        steps, line = (*at, where), nodes.place(file.root, at)[0]
        own = (at[:3], nodes.text(file.root, *at, "name") or "")
        if own in twice:
            do = f"keep one; the other is on line {twice[own]}"
            yield file.finding((*at, "name"), f"{shown(own[1])} is listed twice", do)
            continue
        twice[own] = line
        if name in file.catalogue.tools:
            what = f"the bot would call it {shown(name)}, as it calls a tool in tools/"
            yield file.finding(steps, what, "give it another alias")
        elif name in taken:
            what = f"the bot would call it {shown(name)}, as it calls the one on line {taken[name]}"
            yield file.finding(steps, what, "give one of them an alias")
        elif where == "name" and _is_named(file, at[:3]) and not mcp_names.USABLE.fullmatch(name):
            what = f"the bot cannot call it {shown(name)}: too long, or not letters"
            yield file.finding(steps, what, "give it an alias")
        taken.setdefault(name, line)
