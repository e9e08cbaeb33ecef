"""Trying whether a number works, step by step, each failure saying what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.connectors import loose
from appliance.connectors.meta.graph import Graph, Reply
from appliance.connectors.protocols import Step
from appliance.connectors.whatsapp import refusals, wording
from appliance.core import errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Tries one number. `address` is where Meta is to call us."""

    graph: Graph
    account: str
    business: str | None
    address: str

    async def steps(self) -> list[Step]:
        """Try one thing after the other, ending at the first that fails."""
        tried: list[Step] = []
        for attempt in (self._number, self._subscription, self._address):
            tried += await attempt()
            if not tried[-1].passed:
                break
        return tried

    async def _number(self) -> list[Step]:
        reply = await self._ask(
            self.account, fields="display_phone_number,verified_name,quality_rating"
        )
        if isinstance(reply, str):
            return [Step("credentials", passed=False, says=reply)]
        works = Step("credentials", passed=True, says=wording.PROBE_CREDENTIALS)
        if not reply.is_success:
            why = refusals.delivery_of(reply).why
            if why == wording.NO_SUCH_NUMBER:
                return [works, Step("phone number", passed=False, says=why)]
            return [Step("credentials", passed=False, says=why)]
        number, name, quality = (
            loose.name(reply.body.get(key)) or "?"
            for key in ("display_phone_number", "verified_name", "quality_rating")
        )
        says = wording.PROBE_NUMBER.format(number=number, name=name, quality=quality)
        return [works, Step("phone number", passed=True, says=says)]

    async def _subscription(self) -> list[Step]:
        name = "webhook subscription"
        if self.business is None:
            return [Step(name, passed=True, says=wording.PROBE_SUBSCRIPTION_SKIPPED)]
        reply = await self._ask(f"{self.business}/subscribed_apps")
        if isinstance(reply, str):
            return [Step(name, passed=False, says=reply)]
        if not reply.is_success:
            why = refusals.delivery_of(reply).why
            if why == wording.NO_SUCH_NUMBER:
                why = wording.NO_SUCH_ACCOUNT
            return [Step(name, passed=False, says=why)]
        count = len(loose.things(reply.body.get("data")))
        if not count:
            return [Step(name, passed=False, says=wording.PROBE_NOT_SUBSCRIBED)]
        return [Step(name, passed=True, says=wording.PROBE_SUBSCRIBED.format(count=count))]

    async def _address(self) -> list[Step]:
        # An emulator beside us may call any address; Meta calls only encrypted ones.
        near = not self.graph.base_url.startswith("https://")
        reaches = near or self.address.startswith("https://")
        says = wording.PROBE_ADDRESS.format(url=self.address)
        return [
            Step("our address", passed=reaches, says=says if reaches else wording.PROBE_NO_ADDRESS)
        ]

    async def _ask(self, path: str, **query: str) -> Reply | str:
        """Give the answer, or a sentence why there is none."""
        try:
            return await self.graph.get(path, **query)
        except errors.Misconfigured as cause:
            return cause.sentence
        except errors.Unavailable as cause:
            return wording.PROBE_NO_ANSWER.format(why=cause.sentence)
