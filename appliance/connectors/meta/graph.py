"""Calls to Meta's Graph API with one access token, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from appliance.connectors import loose
from appliance.core import errors
from appliance.core.http import TOTAL_S, Answer, Http

UPLOAD_S = 25.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error object of the Graph API. Its title and message are for people and never judged.

    Attributes:
        details: Meta's own explanation; may name what was sent, so it is for `pii_` fields only.
    """

    code: int
    subcode: int | None
    is_transient: bool
    details: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with its JSON; `body` is empty where it was none."""

    status: int
    body: loose.Thing
    retry_after_s: float | None

    @property
    def is_success(self) -> bool:
        """Tell whether the call went through."""
        return 200 <= self.status < 300 and "error" not in self.body

    @property
    def refusal(self) -> Refusal | None:
        """The error object, where there is one with a code."""
        return refusal_of(self.body.get("error"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The Graph API as one token sees it. `token` is asked anew for every call: it may change."""

    http: Http
    base_url: str
    version: str
    token: Callable[[], str]
    within_s: float = TOTAL_S

    async def get(self, path: str, **query: str) -> Reply:
        """Read something.

        Raises:
            Unsent, Unanswered: no answer.
            Misconfigured: there is no token.
        """
        return await self._call("GET", path, query=query)

    async def post(self, path: str, body: Mapping[str, Any]) -> Reply:
        """Do something; raises as `get`."""
        return await self._call("POST", path, body=body)

    async def upload(self, path: str, *, name: str, media_type: str, content: bytes) -> Reply:
        """Hand over a file; raises as `get`."""
        return await self._call(
            "POST",
            path,
            form={"messaging_product": "whatsapp", "type": media_type},
            files={"file": (name, content, media_type)},
            within_s=UPLOAD_S,
        )

    def bearer(self) -> dict[str, str]:
        """Give the header that proves who calls.

        Raises:
            Misconfigured: the token is not set, or holds characters no token has.
        """
        token = self.token()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise errors.Misconfigured(
                "The access token holds characters no token has. Set the secret again."
            )
        return {"Authorization": f"Bearer {token}"}

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        within_s: float | None = None,
    ) -> Reply:
        answer = await self.http.call(
            method,
            f"{self.base_url}/{self.version}/{path}",
            headers=self.bearer(),
            query=query or None,
            body=body,
            form=form,
            files=files,
            within_s=within_s or self.within_s,
        )
        return reply_of(answer)


def reply_of(answer: Answer) -> Reply:
    """Read an answer."""
    try:
        body = loose.thing(loose.parse(answer.content))
    except ValueError:
        body = {}
    return Reply(answer.status, body, answer.retry_after_s)


def refusal_of(error: object) -> Refusal | None:
    """Read an error object, of an answer or of a webhook."""
    found = loose.thing(error)
    code = loose.whole(found.get("code"))
    if code is None:
        return None
    details = loose.text(loose.thing(found.get("error_data")).get("details"))
    return Refusal(
        code=code,
        subcode=loose.whole(found.get("error_subcode")),
        is_transient=found.get("is_transient") is True,
        details=details or loose.text(found.get("message")),
    )
