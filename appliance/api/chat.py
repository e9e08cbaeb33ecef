"""The web chat over HTTP: visitors, messages, the stream, files, the page and the widget."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Security
from fastapi.responses import Response, StreamingResponse
from fastapi.security import HTTPBearer

from appliance.api import chat_lines, chat_pages, chat_shapes, networks, stream, visitor
from appliance.api import chat_wording as wording
from appliance.api.chat_limits import Buckets, ChatLimits, address_of, refuse_after
from appliance.api.chat_origins import CHANNEL, Origins, channel_of, route_class
from appliance.config import model
from appliance.connectors import messages
from appliance.core import errors

_SENDERS: Final[dict[str, chat_shapes.Sender]] = {
    "contact": "visitor",
    "bot": "bot",
    "person": "person",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}
_UNSENT = {"Cache-Control": "no-store"}
_SAFE_MODE_RETRY_S = 30
# For OpenAPI; the check itself also needs the request's origin.
_BEARER = Security(HTTPBearer(auto_error=False, scheme_name="visitor token"))
_EVENT_STREAM: dict[str, Any] = {
    "description": "Server-sent events.",
    "content": {
        "text/event-stream": {
            "example": (
                'event: state\ndata: {"state":"open","mode":"basic"}\n\n'
                'event: typing\ndata: {"on":true}\n\n'
                'event: chunk\ndata: {"turn":"01jd8d3x5v","text":"We are open "}\n\n'
            )
        }
    },
}

After = Annotated[
    int, Query(ge=0, le=2**53, description="The last seq you have.", examples=[0, 12])
]


def router(
    appliance: chat_shapes.ChatAppliance,
    *,
    limits: ChatLimits | None = None,
    beat_s: float = stream.BEAT_S,
) -> APIRouter:
    """Make the web chat's routes. Errors leave as the application's problem details."""
    return Chat(appliance, limits=limits or ChatLimits(), beat_s=beat_s).routes()


class Chat:
    """The handlers, over one appliance."""

    def __init__(
        self, appliance: chat_shapes.ChatAppliance, *, limits: ChatLimits, beat_s: float
    ) -> None:
        self._appliance = appliance
        self._origins = Origins(appliance)
        self._tokens = visitor.tokens(appliance.keyring, appliance.clock)
        self._beat_s = beat_s
        self._messages_of_visitor = Buckets(limits.messages_of_visitor, appliance.clock)
        self._messages_of_address = Buckets(limits.messages_of_address, appliance.clock)
        self._visitors_of_address = Buckets(limits.visitors_of_address, appliance.clock)
        self._reads_of_visitor = Buckets(limits.reads_of_visitor, appliance.clock)
        self._lines = chat_lines.Lines(of_visitor=limits.streams_of_visitor, in_all=limits.streams)
        self._widget = chat_pages.asset("widget.js", "text/javascript")
        self._style = chat_pages.asset("page.css", "text/css")

    def routes(self) -> APIRouter:
        """Mount the handlers, with what OpenAPI says about them."""
        made = APIRouter(route_class=route_class(self._origins))
        api: dict[str, Any] = {"tags": ["web chat"]}
        made.add_api_route("/", self.page, include_in_schema=False)
        made.add_api_route("/widget.js", self.widget, include_in_schema=False)
        made.add_api_route("/page.css", self.style, include_in_schema=False)
        made.add_api_route(
            "/v1/chat/visitors",
            self.new_visitor,
            methods=["POST"],
            status_code=201,
            response_model=chat_shapes.Visitor,
            summary="Begin to chat",
            responses=_problems(403, 422, 429, 503),
            **api,
        )
        made.add_api_route(
            "/v1/chat/messages",
            self.send,
            methods=["POST"],
            status_code=202,
            response_model=chat_shapes.Accepted,
            summary="Send a message",
            dependencies=[_BEARER],
            responses=_problems(401, 403, 413, 422, 429, 503),
            **api,
        )
        made.add_api_route(
            "/v1/chat/messages",
            self.read,
            methods=["GET"],
            response_model=chat_shapes.History,
            summary="Read the conversation",
            dependencies=[_BEARER],
            responses=_problems(401, 403, 422, 429, 503),
            **api,
        )
        made.add_api_route(
            "/v1/chat/stream",
            self.listen,
            methods=["GET"],
            response_class=StreamingResponse,
            summary="Follow the conversation as it happens",
            dependencies=[_BEARER],
            responses=_problems(401, 403, 422, 429, 503) | {200: _EVENT_STREAM},
            **api,
        )
        made.add_api_route(
            "/v1/chat/files/{file_id}",
            self.download,
            methods=["GET"],
            response_class=Response,
            summary="Download a file of the conversation",
            responses=_problems(404, 422) | {200: {"content": {"text/calendar": {}}}},
            **api,
        )
        made.add_api_route(
            "/v1/chat/{rest:path}", self.preflight, methods=["OPTIONS"], include_in_schema=False
        )
        return made

    async def page(self, request: Request) -> Response:
        """Give the full-page chat; where there is none, the reasons, to an operator alone."""
        config = self._appliance.config
        if config is None:
            told = networks.is_operator(request.scope)
            return chat_pages.maintenance_page(
                self._appliance.problems if told else [wording.REASONS_ELSEWHERE]
            )
        if channel_of(config) is None:
            return chat_pages.maintenance_page([wording.SWITCHED_OFF])
        return chat_pages.chat_page(config, framed_by=self._origins.allowed())

    async def widget(self, request: Request) -> Response:
        """Give the one script other sites embed."""
        return self._widget.answer(request)

    async def style(self, request: Request) -> Response:
        """Give the little style the pages have before the script runs."""
        return self._style.answer(request)

    async def preflight(self, request: Request, rest: str) -> Response:  # noqa: ARG002
        """Answer a browser that asks whether a site may call us."""
        self._origins.place(request)
        return Response(status_code=204, headers=_PREFLIGHT)

    async def new_visitor(
        self,
        request: Request,
        body: chat_shapes.NewVisitor,  # noqa: ARG002
        response: Response,
    ) -> chat_shapes.Visitor:
        """Make a new visitor. Nothing is stored until the first message."""
        place = self._origins.place(request)
        config = self._live()
        refuse_after(self._visitors_of_address.take(address_of(request)), wording.TOO_MANY_VISITORS)
        token, made = self._tokens.issue(place=place)
        response.headers.update(_UNSENT)
        return chat_shapes.Visitor(token=token, visitor=made, bot=self._bot(config))

    async def send(self, request: Request, message: chat_shapes.NewMessage) -> chat_shapes.Accepted:
        """Take a message in; it is stored for good when this answers.

        The same `id` posted again, however often, is answered with `repeated` and acted on once.
        """
        sender = self._visitor(request)
        self._live()
        refuse_after(self._messages_of_visitor.take(sender), wording.TOO_MANY_MESSAGES)
        refuse_after(self._messages_of_address.take(address_of(request)), wording.TOO_MANY_MESSAGES)
        accepted = await self._appliance.receive(
            messages.InboundMessage(
                channel=CHANNEL,
                account="",
                # Two visitors' clients may choose the same id.
                provider_id=f"{sender}:{message.id}",
                sender=sender,
                identity_kind="visitor",
                text=message.text,
                sent_at=self._appliance.clock.now(),
            )
        )
        return chat_shapes.Accepted(
            message_id=accepted.message_id, seq=accepted.seq, repeated=accepted.repeated
        )

    async def read(
        self, request: Request, response: Response, after: After = 0
    ) -> chat_shapes.History:
        """Read the messages after a place, oldest first."""
        reader = self._visitor(request)
        config = self._live()
        refuse_after(self._reads_of_visitor.take(reader), wording.TOO_MANY_READS)
        told = self._appliance.history("visitor", reader, after=after, limit=stream.PAGE)
        response.headers.update(_UNSENT)
        return chat_shapes.History(
            messages=[self._shown(said) for said in told.messages],
            more=len(told.messages) >= stream.PAGE,
            state=told.state,
            bot=self._bot(config),
        )

    async def listen(self, request: Request, after: After = 0) -> Response:
        """Follow the conversation: everything after a place, then what happens.

        Events: `message` (with its seq as id), `typing`, `chunk`, `reset` and `state`; a comment
        every 15 s shows that the line is alive. Reconnect with `after` = the last seq seen.
        """
        reader = self._visitor(request)
        self._live()
        live = stream.Stream(
            self._appliance, reader, after=after, shown=self._shown, beat_s=self._beat_s
        )
        return self._lines.open(reader, live.events())

    async def download(
        self,
        file_id: Annotated[str, Path(max_length=64, examples=["01jd8d3x5v0000000000000000"])],
        key: Annotated[str, Query(max_length=64, description="The link's signature.")],
    ) -> Response:
        """Give a file by its signed link."""
        found = self._appliance.file(file_id) if self._tokens.opens_file(file_id, key) else None
        if found is None:
            raise errors.NotFound(wording.NO_FILE)
        name, media_type, body = found
        return Response(
            body,
            media_type=media_type,
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            },
        )

    def _visitor(self, request: Request) -> str:
        return self._tokens.proved(request, place=self._origins.place(request))

    def _live(self) -> model.BotConfig:
        config = self._appliance.config
        if config is None:
            raise errors.Unavailable(wording.SAFE_MODE, retry_after_s=_SAFE_MODE_RETRY_S)
        if channel_of(config) is None:
            raise errors.NotFound(wording.SWITCHED_OFF)
        return config

    def _bot(self, config: model.BotConfig) -> chat_shapes.Bot:
        open_now = self._appliance.open_now()
        return chat_shapes.Bot(
            name=config.client.name,
            greeting=config.workflow.greeting,
            suggestions=list(config.workflow.suggestions),
            mode=self._appliance.mode(),
            open_now=open_now,
            calls=config.voice.enabled,
            notice=None if open_now else wording.AWAY,
        )

    def _shown(self, said: chat_shapes.Said) -> chat_shapes.Message:
        provider_id = said.provider_id if said.role == "contact" else None
        return chat_shapes.Message(
            **{"from": _SENDERS[said.role]},
            seq=said.seq,
            id=said.id,
            client_id=provider_id.rpartition(":")[2] if provider_id else None,
            text=said.text,
            at=said.at,
            quick_replies=list(said.quick_replies),
            citations=list(said.citations),
            files=[self._linked(file) for file in said.files],
            turn=said.turn_id,
        )

    def _linked(self, file: messages.File) -> chat_shapes.FileLink:
        key = self._tokens.sign_file(file.file_id)
        return chat_shapes.FileLink(
            name=file.name,
            media_type=file.media_type,
            href=f"/v1/chat/files/{quote(file.file_id, safe='')}?key={key}",
        )


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the errors of a route as problem details."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {
                "application/problem+json": {
                    "example": {
                        "type": "about:blank",
                        "title": HTTPStatus(status).phrase,
                        "status": status,
                        "detail": "What happened, to what, and what to do.",
                    }
                }
            },
        }
        for status in statuses
    }
