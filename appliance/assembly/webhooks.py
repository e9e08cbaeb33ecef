"""What providers bring: checked against our accounts on the raw bytes, read, kept at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.connectors.messages import Inbound, Notice
from appliance.connectors.protocols import Channel, WebhookRequest
from appliance.conversation.inbox import Inbox, Taken
from appliance.core import errors


@dataclass(slots=True, kw_only=True)
class Webhooks:
    """Takes webhooks in for the accounts that are open.

    Attributes:
        accounts: Gives the open accounts of a channel; raises Unavailable in safe mode.
        refused: How many had a missing or wrong signature.
    """

    accounts: Callable[[str], list[Channel]]
    inbox: Inbox
    refused: int = 0

    def handshake(self, channel: str, request: WebhookRequest) -> str:
        """Answer a provider that checks our address.

        Raises:
            NotFound: the config has no such channel.
            NotAllowed: whoever asks does not know the verify token.
        """
        wrong: errors.NotAllowed | None = None
        for account in self._open(channel):
            try:
                return account.handshake(request)
            except errors.NotAllowed as cause:
                wrong = cause
        assert wrong is not None
        raise wrong

    async def take(self, channel: str, request: WebhookRequest) -> Taken:
        """Verify what a provider brings and keep all of it in one transaction.

        Raises:
            NotFound: the config has no such channel.
            NotAllowed: the signature is missing or wrong; it is counted.
            Unavailable: nothing was kept.
        """
        verified: list[Channel] = []
        wrong: errors.NotAllowed | None = None
        for account in self._open(channel):
            try:
                account.verify(request)
                verified.append(account)
            except errors.NotAllowed as cause:
                wrong = cause
        if not verified:
            self.refused += 1
            assert wrong is not None
            raise wrong
        batch = _as_one([account.read(request.body) for account in verified], verified)
        return await self.inbox.take(batch)

    def _open(self, channel: str) -> list[Channel]:
        found = self.accounts(channel)
        if not found:
            raise errors.NotFound(
                "There is no such channel here. It stands under input_channels in the config."
            )
        return found


def _as_one(batches: Sequence[list[Inbound]], accounts: Sequence[Channel]) -> list[Inbound]:
    """Join what several numbers under one secret have read from the same bytes.

    Each reads its own messages; what all of them notice, or only notice of one another, is once.
    """
    if len(batches) == 1:
        return batches[0]
    served = {account.account for account in accounts}
    joined: list[Inbound] = []
    noticed: set[tuple[str, str]] = set()
    for each in (each for batch in batches for each in batch):
        if isinstance(each, Notice):
            is_known = (each.kind, each.key) in noticed
            if is_known or (each.kind == "other_number" and each.account in served):
                continue
            noticed.add((each.kind, each.key))
        joined.append(each)
    return joined
