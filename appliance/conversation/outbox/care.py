"""What is done again and again for channels: sending, fetching media, trying stopped ones again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from appliance.connectors.messages import Media
from appliance.connectors.protocols import Channel, Step
from appliance.conversation.outbox import attachments, records
from appliance.conversation.outbox.attachments import Attachment
from appliance.conversation.outbox.courier import Channels
from appliance.core import effects, errors, logs
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.effects import Patience
from appliance.core.store import events
from appliance.core.store.database import Connection, Database

_log = logs.get(__name__)

# A provider's address for media lives five minutes.
_MEDIA = Patience(
    first_s=1.0, factor=2.0, longest_s=60.0, most_attempts=8, oldest=timedelta(hours=1)
)
_MEDIA_AT_ONCE = 8


def has_work(db: Database, clock: Clock) -> bool:
    """Tell whether anything has to be sent now."""
    now = clock.now()
    return bool(db.read(lambda c: records.due(c, now, now)))


def has_media(db: Database, clock: Clock) -> bool:
    """Tell whether anything has to be fetched now."""
    now = clock.now()
    return db.read(lambda c: attachments.any_due(c, now))


def stopped(db: Database) -> list[str]:
    """List the channels that must not send."""
    return [stop.channel for stop in db.read(records.stops)]


async def probe(channel: Channel) -> list[Step]:
    """Try a channel; whatever a connector does, there is at least one step."""
    try:
        return await channel.probe()
    except Exception as cause:  # noqa: BLE001 - a connector's fault is a finding
        _log.error("a connector broke", exc_info=cause)
        return [Step("probe", passed=False, says=f"the connector broke: {type(cause).__name__}")]


async def try_again(db: Database, clock: Clock, channels: Channels, channel: str) -> bool:
    """Let a stopped channel send again where its provider accepts us again."""
    found = channels.find(channel)
    if found is None or not all(step.passed for step in await probe(found)):
        return False
    return await db.write(lambda c: go_on(c, clock, channel))


def go_on(connection: Connection, clock: Clock, channel: str) -> bool:
    """Let a channel send again and tell every process; False where it was not stopped."""
    now = clock.now()
    if not records.go_on(connection, now, channel):
        return False
    events.record(connection, now, "channel", channel=channel, stopped=False)
    return True


async def fetch(
    db: Database, keyring: Keyring, clock: Clock, channels: Channels, *, folder: Path
) -> int:
    """Fetch what messages carry and keep it, sealed; gives how many were kept."""
    now = clock.now()
    due = db.read(lambda c: attachments.due(c, keyring, now, most=_MEDIA_AT_ONCE))
    done = await asyncio.gather(*(_fetch(db, keyring, clock, channels, one, folder) for one in due))
    return sum(done)


async def _fetch(
    db: Database,
    keyring: Keyring,
    clock: Clock,
    channels: Channels,
    wanted: Attachment,
    folder: Path,
) -> bool:
    try:
        got = await _open(channels, wanted.channel).fetch(Media(**wanted.media))
    except errors.Rejected as cause:
        why = cause.sentence
        await db.write(lambda c: attachments.lost(c, wanted, why))
        return False
    except Exception as cause:  # noqa: BLE001 - whatever it was, it is tried again for a while
        why = cause.sentence if isinstance(cause, errors.Error) else type(cause).__name__
        settled = effects.settle(
            effects.Outcome.RETRY,
            now=clock.now(),
            created_at=wanted.created_at,
            attempts=wanted.attempts + 1,
            patience=_MEDIA,
        )
        await db.write(lambda c: attachments.later(c, wanted, settled.next_attempt_at, why))
        return False
    await asyncio.to_thread(attachments.write, keyring, folder, wanted, got.content)
    size = len(got.content)
    await db.write(lambda c: attachments.kept(c, wanted, size))
    return True


def _open(channels: Channels, channel: str) -> Channel:
    found = channels.find(channel)
    if found is None:
        raise errors.Unavailable(f"the channel {channel} is not open")
    return found
