"""The SQL of conversations and messages: one statement a function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from appliance.conversation.tables import attachments, conversations, inbox, messages, notices
from appliance.conversation.values import Conversation, Message, Role, State
from appliance.core import ids
from appliance.core.crypto import Keyring
from appliance.core.lately import Lately
from appliance.core.store.database import Connection

# Messages by their whole sealed row: one that was edited or taken back has another.
Opened = Lately[Any, Message]

_BODY, _EXTRAS, _RAW = "messages|body", "messages|extras", "inbox|raw"

# A conversation in which every reply took a hundred tool calls still has an end.
_MOST_ROWS = 400
_CONVERSATION = sa.select(
    conversations.c.id,
    conversations.c.contact_id,
    conversations.c.channel,
    conversations.c.account,
    conversations.c.state,
    conversations.c.owner,
    conversations.c.config_version,
    conversations.c.started_at,
    conversations.c.last_at,
)
_BY_ID = _CONVERSATION.where(conversations.c.id == sa.bindparam("wanted"))
_LIVE = (
    _CONVERSATION.where(
        conversations.c.contact_id == sa.bindparam("contact"),
        conversations.c.channel == sa.bindparam("on_channel"),
        conversations.c.state != State.CLOSED,
    )
    .order_by(conversations.c.last_at.desc())
    .limit(1)
)
_LATEST = (
    _CONVERSATION.where(conversations.c.contact_id == sa.bindparam("contact"))
    .order_by(conversations.c.last_at.desc())
    .limit(1)
)
_ADD_CONVERSATION = conversations.insert()
_TOUCH = (
    conversations.update()
    .where(conversations.c.id == sa.bindparam("wanted"))
    .values(last_at=sa.bindparam("now_at", type_=conversations.c.last_at.type))
)
_PIN = (
    conversations.update()
    .where(conversations.c.id == sa.bindparam("wanted"))
    .values(config_version=sa.bindparam("version"))
)
_IDLE = sa.select(conversations.c.id).where(
    conversations.c.state != State.CLOSED,
    conversations.c.last_at < sa.bindparam("before", type_=conversations.c.last_at.type),
)

_ADD_MESSAGE = messages.insert()
_NEXT_SEQ = sa.select(sa.func.coalesce(sa.func.max(messages.c.seq), 0) + 1).where(
    messages.c.contact_id == sa.bindparam("contact")
)
_MESSAGE = sa.select(messages)
_MESSAGE_BY_ID = _MESSAGE.where(messages.c.id == sa.bindparam("wanted"))
_TAKEN_UP = (
    messages.c.conversation_id == sa.bindparam("wanted"),
    messages.c.id.not_in(
        sa.select(inbox.c.message_id).where(
            inbox.c.contact_id == sa.bindparam("contact"), inbox.c.state == "waiting"
        )
    ),
)
_FIRST_OF_LAST = (
    sa.select(messages.c.seq)
    .where(*_TAKEN_UP, messages.c.visible == sa.literal(1, sa.Integer))
    .order_by(messages.c.seq.desc())
    .limit(1)
    .offset(sa.bindparam("most") - 1)
    .scalar_subquery()
)
_LAST_OF_CONVERSATION = (
    _MESSAGE.where(*_TAKEN_UP, messages.c.seq >= sa.func.coalesce(_FIRST_OF_LAST, 0))
    .order_by(messages.c.seq.desc())
    .limit(_MOST_ROWS)
)
_VISIBLE_AFTER = (
    _MESSAGE.where(
        messages.c.contact_id == sa.bindparam("contact"),
        messages.c.seq > sa.bindparam("after_seq"),
        messages.c.visible == sa.literal(1, sa.Integer),
    )
    .order_by(messages.c.seq)
    .limit(sa.bindparam("most"))
)
_VISIBLE_NEWEST = (
    _MESSAGE.where(
        messages.c.contact_id == sa.bindparam("contact"),
        messages.c.visible == sa.literal(1, sa.Integer),
    )
    .order_by(messages.c.seq.desc())
    .limit(sa.bindparam("most"))
)

_SAID_ON = (
    sa.select(*messages.c, inbox.c.account, inbox.c.sent_at)
    .join(inbox, inbox.c.message_id == messages.c.id)
    .where(
        messages.c.contact_id == sa.bindparam("contact"),
        messages.c.role == "contact",
        inbox.c.channel == sa.bindparam("on_channel"),
    )
    .order_by(messages.c.seq.desc())
    .limit(sa.bindparam("most"))
)
_MOVE = (
    conversations.update()
    .where(conversations.c.id == sa.bindparam("wanted"))
    .values(
        channel=sa.bindparam("to_channel"),
        account=sa.bindparam("to_account"),
        last_at=sa.bindparam("now_at", type_=conversations.c.last_at.type),
    )
)

_ADD_INBOX = inbox.insert()
_BY_PROVIDER = sa.select(
    inbox.c.message_id, inbox.c.conversation_id, inbox.c.contact_id, messages.c.seq
).where(
    inbox.c.channel == sa.bindparam("on_channel"),
    inbox.c.account == sa.bindparam("of_account"),
    inbox.c.provider_id == sa.bindparam("known_as"),
    messages.c.id == inbox.c.message_id,
)
_WAITING = (
    sa.select(inbox.c.message_id, inbox.c.conversation_id, inbox.c.turn_id, messages.c.seq)
    .where(
        inbox.c.contact_id == sa.bindparam("contact"),
        inbox.c.state == "waiting",
        messages.c.id == inbox.c.message_id,
    )
    .order_by(messages.c.seq)
)
_CLAIM = (
    inbox.update()
    .where(inbox.c.message_id == sa.bindparam("message"))
    .values(turn_id=sa.bindparam("turn"))
)
_ANSWERED = (
    inbox.update()
    .where(inbox.c.message_id == sa.bindparam("message"))
    .values(state="done", turn_id=sa.bindparam("turn"))
)
_UNANSWERED = (
    sa.select(inbox.c.contact_id)
    .where(
        inbox.c.state == "waiting",
        sa.or_(
            inbox.c.received_at <= sa.bindparam("before", type_=inbox.c.received_at.type),
            # The clock was set back: what came "later" than now waits as well.
            inbox.c.received_at > sa.bindparam("present", type_=inbox.c.received_at.type),
        ),
    )
    .distinct()
    .limit(1000)
)
_OLDEST = sa.select(sa.func.min(inbox.c.received_at)).where(inbox.c.state == "waiting")
_STATE_OF = sa.select(inbox.c.state).where(inbox.c.message_id == sa.bindparam("message"))
_SET_WORDS = (
    messages.update()
    .where(messages.c.id == sa.bindparam("wanted"))
    .values(body=sa.bindparam("sealed_body"), extras=sa.bindparam("sealed_extras"))
)
_FORGET_RAW = inbox.update().where(inbox.c.message_id == sa.bindparam("message")).values(raw=None)
_ADD_NOTICE = insert(notices).on_conflict_do_nothing(index_elements=[notices.c.known_as])
_NOTICES = sa.select(notices).order_by(notices.c.at.desc()).limit(sa.bindparam("most"))
_ADD_ATTACHMENT = attachments.insert()


def find_conversation(connection: Connection, conversation_id: str) -> Conversation | None:
    """Find a conversation by id."""
    return _conversation(connection.execute(_BY_ID, {"wanted": conversation_id}).first())


def live_conversation(connection: Connection, contact_id: str, channel: str) -> Conversation | None:
    """Find the contact's conversation on this channel that is not closed."""
    parameters = {"contact": contact_id, "on_channel": channel}
    return _conversation(connection.execute(_LIVE, parameters).first())


def latest_conversation(connection: Connection, contact_id: str) -> Conversation | None:
    """Find the contact's newest conversation on any channel, closed ones too."""
    return _conversation(connection.execute(_LATEST, {"contact": contact_id}).first())


def add_conversation(connection: Connection, **columns: Any) -> None:
    """Record a new conversation."""
    connection.execute(_ADD_CONVERSATION, columns)


def touch(connection: Connection, conversation_id: str, now: datetime) -> None:
    """Note that something was said."""
    connection.execute(_TOUCH, {"wanted": conversation_id, "now_at": now})


def move(
    connection: Connection, now: datetime, conversation: Conversation, *, channel: str, account: str
) -> Conversation:
    """Let a conversation go on on another channel."""
    moved = {"to_channel": channel, "to_account": account, "now_at": now}
    connection.execute(_MOVE, {"wanted": conversation.id, **moved})
    return replace(conversation, channel=channel, account=account, last_at=now)


def pin(connection: Connection, conversation_id: str, version: str) -> None:
    """Keep the config version this conversation began with."""
    connection.execute(_PIN, {"wanted": conversation_id, "version": version})


def set_state(connection: Connection, conversation_id: str, **columns: Any) -> None:
    """Change who has a conversation: state, owner, ended_at, handoff_at."""
    where = conversations.c.id == conversation_id
    connection.execute(conversations.update().where(where).values(**columns))


def idle(connection: Connection, before: datetime) -> list[str]:
    """List conversations in which nothing was said since."""
    return list(connection.execute(_IDLE, {"before": before}).scalars())


def next_seq(connection: Connection, contact_id: str) -> int:
    """Give the number the contact's next message gets, from 1."""
    return int(connection.execute(_NEXT_SEQ, {"contact": contact_id}).scalar_one())


def add_message(connection: Connection, keyring: Keyring, message: Message) -> None:
    """Record a message, sealed."""
    add_messages(connection, keyring, [message])


def add_messages(connection: Connection, keyring: Keyring, added: Sequence[Message]) -> None:
    """Record messages, sealed."""
    rows = [
        {
            "id": message.id,
            "contact_id": message.contact_id,
            "conversation_id": message.conversation_id,
            "seq": message.seq,
            "role": message.role,
            "visible": message.visible,
            "body": keyring.seal(_BODY, message.id, message.text),
            "extras": keyring.seal_json(_EXTRAS, message.id, message.extras)
            if message.extras
            else None,
            "turn_id": message.turn_id,
            "at": message.at,
        }
        for message in added
    ]
    if rows:
        connection.execute(_ADD_MESSAGE, rows)


def find_message(connection: Connection, keyring: Keyring, message_id: str) -> Message | None:
    """Find a message by id."""
    row = connection.execute(_MESSAGE_BY_ID, {"wanted": message_id}).first()
    return _message(keyring, row) if row else None


def last_messages(
    connection: Connection,
    keyring: Keyring,
    conversation: Conversation,
    *,
    most: int,
    opened: Opened | None = None,
) -> list[Message]:
    """List a conversation's newest messages, oldest first, but none that waits.

    `most` counts what the contact has seen; the calls and results between come along.

    A message that came while a turn ran stands before that turn's reply in number; it is answered
    after the reply, and so it must be read after it. `opened` spares opening one again.
    """
    parameters = {"wanted": conversation.id, "contact": conversation.contact_id, "most": most}
    rows = connection.execute(_LAST_OF_CONVERSATION, parameters).all()
    if opened is None:
        return [_message(keyring, row) for row in reversed(rows)]
    return [opened.get(row, partial(_message, keyring, row)) for row in reversed(rows)]


def visible_after(
    connection: Connection, keyring: Keyring, contact_id: str, *, after: int, most: int
) -> list[Message]:
    """List what the contact may see after a number, oldest first."""
    parameters = {"contact": contact_id, "after_seq": after, "most": most}
    return [_message(keyring, row) for row in connection.execute(_VISIBLE_AFTER, parameters)]


def said_on(
    connection: Connection, keyring: Keyring, contact_id: str, channel: str, *, most: int
) -> list[tuple[str, datetime, str]]:
    """List what a contact wrote on a channel, newest first: our account, their own time, words."""
    asked = {"contact": contact_id, "on_channel": channel, "most": most}
    return [
        (row.account, row.sent_at, _message(keyring, row).text)
        for row in connection.execute(_SAID_ON, asked)
    ]


def visible_newest(
    connection: Connection, keyring: Keyring, contact_id: str, *, most: int
) -> list[Message]:
    """List the newest messages the contact may see, oldest first."""
    rows = connection.execute(_VISIBLE_NEWEST, {"contact": contact_id, "most": most}).all()
    return [_message(keyring, row) for row in reversed(rows)]


def find_accepted(connection: Connection, channel: str, account: str, provider_id: str) -> Any:
    """Find what an earlier delivery of the same provider message became."""
    parameters = {"on_channel": channel, "of_account": account, "known_as": provider_id}
    return connection.execute(_BY_PROVIDER, parameters).first()


def add_inbox(connection: Connection, keyring: Keyring, raw: bytes, **columns: Any) -> None:
    """Record that a message waits for an answer; one row for each provider id, for ever."""
    sealed = keyring.seal(_RAW, columns["id"], raw.decode("latin-1")) if raw else None
    connection.execute(_ADD_INBOX, {**columns, "raw": sealed})


def waiting(connection: Connection, contact_id: str) -> list[Any]:
    """List a contact's unanswered messages in order: message_id, conversation_id, turn_id, seq."""
    return list(connection.execute(_WAITING, {"contact": contact_id}))


def claim(connection: Connection, message_ids: Sequence[str], turn_id: str) -> None:
    """Note which turn is answering these messages."""
    if message_ids:
        connection.execute(_CLAIM, [{"message": each, "turn": turn_id} for each in message_ids])


def answered(connection: Connection, message_ids: Sequence[str], turn_id: str | None) -> None:
    """Note that these messages wait no longer."""
    if message_ids:
        connection.execute(_ANSWERED, [{"message": each, "turn": turn_id} for each in message_ids])


def unanswered_contacts(connection: Connection, before: datetime, now: datetime) -> list[str]:
    """List contacts with messages that have waited since before an instant."""
    parameters = {"before": before, "present": now}
    return list(connection.execute(_UNANSWERED, parameters).scalars())


def oldest_waiting(connection: Connection) -> datetime | None:
    """Give when the oldest unanswered message came."""
    found: datetime | None = connection.execute(_OLDEST).scalar()
    return found


def is_waiting(connection: Connection, message_id: str) -> bool:
    """Tell whether nobody has answered this message yet."""
    return connection.execute(_STATE_OF, {"message": message_id}).scalar() == "waiting"


def change_words(connection: Connection, keyring: Keyring, message: Message) -> None:
    """Write other words and extras over a message; what the provider sent goes too."""
    connection.execute(
        _SET_WORDS,
        {
            "wanted": message.id,
            "sealed_body": keyring.seal(_BODY, message.id, message.text),
            "sealed_extras": keyring.seal_json(_EXTRAS, message.id, message.extras),
        },
    )
    connection.execute(_FORGET_RAW, {"message": message.id})


def add_notice(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    *,
    channel: str,
    account: str,
    key: str,
    kind: str,
    says: str,
    raw: bytes = b"",
) -> bool:
    """Keep what a provider told us; False where the same was kept before."""
    notice_id = ids.new_id()
    sealed = keyring.seal("notices|raw", notice_id, raw.decode("latin-1")) if raw else None
    added = connection.execute(
        _ADD_NOTICE,
        {
            "id": notice_id,
            "channel": channel,
            "account": account,
            "known_as": keyring.blind(f"notice of {channel}|{account}|{kind}", key),
            "kind": kind,
            "says": keyring.seal("notices|says", notice_id, says),
            "raw": sealed,
            "at": now,
        },
    )
    return added.rowcount > 0


def list_notices(connection: Connection, keyring: Keyring, *, most: int) -> list[dict[str, Any]]:
    """List what providers told us beside messages, newest first."""
    return [
        {
            "channel": row.channel,
            "account": row.account,
            "kind": row.kind,
            "says": keyring.open("notices|says", row.id, row.says),
            "at": row.at,
        }
        for row in connection.execute(_NOTICES, {"most": most})
    ]


def add_attachment(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    *,
    message_id: str,
    channel: str,
    media: dict[str, Any],
) -> None:
    """Record that a message carries something which must be fetched soon."""
    attachment_id = ids.new_id()
    connection.execute(
        _ADD_ATTACHMENT,
        {
            "id": attachment_id,
            "message_id": message_id,
            "channel": channel,
            "state": "waiting",
            "media": keyring.seal_json("attachments|media", attachment_id, media),
            "next_attempt_at": now,
            "created_at": now,
        },
    )


def _conversation(row: Any) -> Conversation | None:
    if row is None:
        return None
    return Conversation(
        id=row.id,
        contact_id=row.contact_id,
        channel=row.channel,
        account=row.account,
        state=State(row.state),
        owner=row.owner,
        config_version=row.config_version,
        started_at=row.started_at,
        last_at=row.last_at,
    )


def _message(keyring: Keyring, row: Any) -> Message:
    return Message(
        id=row.id,
        contact_id=row.contact_id,
        conversation_id=row.conversation_id,
        seq=row.seq,
        role=Role(row.role),
        visible=bool(row.visible),
        text=keyring.open(_BODY, row.id, row.body),
        extras=keyring.open_json(_EXTRAS, row.id, row.extras) if row.extras else {},
        turn_id=row.turn_id,
        at=row.at,
    )
