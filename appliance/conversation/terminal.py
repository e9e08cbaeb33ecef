"""A chat in the terminal: the same inbox, desk and gate as every channel."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from rich.console import Console
from rich.text import Text

from appliance.connectors.messages import InboundMessage
from appliance.conversation.values import Accepted, History, Message, Role
from appliance.core import ids
from appliance.core.clock import Clock
from appliance.core.safe_text import safe_text

_POLL_S = 0.05
_PATIENCE_S = 60


class House(Protocol):
    """What the terminal uses of the appliance."""

    @property
    def clock(self) -> Clock: ...

    async def receive(self, message: InboundMessage, /) -> Accepted:
        """Record a message and wake the desk."""

    def history(self, kind: str, value: str, *, after: int, limit: int) -> History:
        """Read the visible messages after one."""

    def is_answered(self, contact_id: str) -> bool:
        """Tell whether nothing of this contact waits any more."""

    def greeting(self) -> str:
        """Give the first words."""


async def chat(house: Callable[[], AbstractAsyncContextManager[House]], name: str) -> None:
    """Read lines, print replies, until the input ends."""
    console = Console(highlight=False, markup=False)
    is_terminal = sys.stdin.isatty()
    async with house() as open_house:
        earlier = open_house.history("visitor", f"terminal-{name}", after=0, limit=200).messages
        seen = earlier[-1].seq if earlier else 0
        for message in earlier[-6:]:
            _show(console, message)
        if not earlier:
            console.print(Text(safe_text(open_house.greeting()), style="green"))
        if is_terminal:
            console.print(Text("(An empty line or Ctrl-D ends the chat.)", style="dim"))
        while (line := await _line(is_terminal)) is not None:
            seen = await _say(open_house, console, name, line, seen)


async def _say(house: House, console: Console, name: str, line: str, seen: int) -> int:
    """Send a line and show what comes back; gives the last seq shown."""
    sender = f"terminal-{name}"
    accepted = await house.receive(
        InboundMessage(
            channel="web_chat",
            account="",
            provider_id=f"{sender}:{ids.new_id()}",
            sender=sender,
            identity_kind="visitor",
            text=line,
            sent_at=house.clock.now(),
        )
    )
    until = house.clock.monotonic() + _PATIENCE_S
    # Another process may be answering: the rows are asked, no event of ours can tell.
    while not house.is_answered(accepted.contact_id) and house.clock.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(_POLL_S)
    found = house.history("visitor", sender, after=max(seen, accepted.seq), limit=50).messages
    for message in found:
        _show(console, message)
    return found[-1].seq if found else max(seen, accepted.seq)


def _show(console: Console, message: Message) -> None:
    who = {Role.CONTACT: "you", Role.PERSON: "colleague"}.get(message.role, "bot")
    style = "" if message.role is Role.CONTACT else "green"
    console.print(Text(f"{who}: {safe_text(message.text)}", style=style))
    if message.citations:
        console.print(Text(f"     source: {safe_text(', '.join(message.citations))}", style="dim"))
    for file in message.files:
        console.print(Text(f"     file: {safe_text(file.name)}", style="dim"))
    if message.quick_replies:
        console.print(Text(f"     [{safe_text(' | '.join(message.quick_replies))}]", style="dim"))


async def _line(is_terminal: bool) -> str | None:  # noqa: FBT001
    """Read a line without stopping the desk; None at the end."""
    if is_terminal:
        sys.stdout.write("you: ")
        sys.stdout.flush()
    line = await asyncio.to_thread(sys.stdin.readline)
    if not line or (is_terminal and not line.strip()):
        return None
    return line.strip() or await _line(is_terminal)
