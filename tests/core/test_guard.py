"""Fetching on somebody else's word: only from public addresses, and no more than was asked for.

The "public" internet of these tests is 127.0.0.2; 127.0.0.1 stays private.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gzip
import logging
import ssl
import zlib
from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from appliance.core import addresses, errors, guard, logs
from appliance.core.addresses import Address
from appliance.core.http import Http
from appliance.core.settings import Settings
from tests.fakes.web import CUT, Drip, Reply, Request, Site, serving

PUBLIC = "127.0.0.2"


def is_public(address: Address) -> bool:
    return str(address) == PUBLIC or addresses.is_public(address)


class Names:
    """A name service that gives other addresses each time it is asked, as told."""

    def __init__(self, **known: list[list[str]]) -> None:
        self.known = {name.replace("_", "."): answers for name, answers in known.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        answers = self.known.get(host)
        if answers is None:
            raise OSError("no such host")
        return answers.pop(0) if len(answers) > 1 else answers[0]


async def hello(_request: Request) -> Reply:
    return Reply(200, b"hello", {"content-type": "text/plain"})


@contextlib.asynccontextmanager
async def fetching(
    names: Names | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Http]:
    resolve = (names or Names(desk_example=[[PUBLIC]])).resolve
    http = Http(resolve=resolve, public=is_public, tls=tls)
    try:
        yield http
    finally:
        await http.close()


@pytest.fixture(autouse=True)
def any_port(monkeypatch):
    """Test servers have no port 80; the port rule has a test of its own."""
    monkeypatch.setattr(guard, "PORTS", frozenset(range(65536)))


async def test_what_is_public_is_fetched():
    async with serving(hello, host=PUBLIC) as site, fetching() as http:
        got = await http.fetch(f"http://desk.example:{site.port}/a?b=c#d")

    assert (got.content, got.media_type) == (b"hello", "text/plain")
    (request,) = site.requests
    assert (request.path, request.query) == ("/a", {"b": "c"})
    assert request.headers["host"] == f"desk.example:{site.port}"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
        "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://2130706433/",
        "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://[fe80::1%25eth0]/",
        "http://private.example/", "http://user:pass@desk.example/", "http://user@desk.example/",
        "ftp://desk.example/", "file:///etc/passwd", "gopher://desk.example/", "//desk.example/",
        "desk.example", "", "http://", "http:///path", "http://desk example/", "http://%31/",
        "http://desk.example%00.evil/", "javascript:alert(1)", "http://\x00/", "http://[::1",
    ],
)  # fmt: skip
async def test_what_is_private_or_no_address_is_refused(url):
    names = Names(private_example=[["127.0.0.1"]], desk_example=[[PUBLIC]])

    async with serving(hello) as site, fetching(names) as http:
        with pytest.raises(errors.Rejected):
            await http.fetch(url)

    assert site.requests == []


async def test_one_private_address_among_public_ones_is_enough_to_refuse():
    names = Names(both_example=[[PUBLIC, "10.0.0.1"]])

    async with serving(hello, host=PUBLIC) as site, fetching(names) as http:
        with pytest.raises(errors.Rejected):
            await http.fetch(f"http://both.example:{site.port}/")

    assert site.requests == []


async def test_other_ports_than_those_of_the_web_are_refused(monkeypatch):
    monkeypatch.setattr(guard, "PORTS", frozenset({80, 443}))

    async with serving(hello, host=PUBLIC) as site, fetching() as http:
        with pytest.raises(errors.Rejected, match=str(site.port)):
            await http.fetch(f"http://desk.example:{site.port}/")

    assert site.requests == []


async def test_a_name_that_changes_its_address_after_the_check_gains_nothing():
    """DNS rebinding: the connection goes to the address that was checked."""
    names = Names(desk_example=[[PUBLIC], ["127.0.0.1"]])

    async with (
        serving(hello, host=PUBLIC) as site,
        serving(hello, port=site.port) as inside,
        fetching(names) as http,
    ):
        await http.fetch(f"http://desk.example:{site.port}/")

        assert names.asked == ["desk.example"]
        assert len(site.requests) == 1
        assert inside.requests == []

        with pytest.raises(errors.Rejected):
            await http.fetch(f"http://desk.example:{site.port}/")
        assert inside.requests == []


async def test_the_next_address_is_tried_where_one_is_silent():
    names = Names(desk_example=[["127.0.0.9", PUBLIC]])

    async with serving(hello, host=PUBLIC) as site:
        http = Http(resolve=names.resolve, public=lambda _: True)
        got = await http.fetch(f"http://desk.example:{site.port}/")
        await http.close()

    assert got.content == b"hello"


# -- redirects -------------------------------------------------------------------------------------


def redirecting(*places: str) -> list[Reply]:
    return [Reply(302, b"", {"location": place}) for place in places]


@contextlib.asynccontextmanager
async def answering(*replies: Reply | Drip) -> AsyncIterator[Site]:
    """Serve the replies in order, the last of them for ever."""
    left = list(replies)

    async def handler(_request: Request) -> Reply | Drip:
        return left.pop(0) if len(left) > 1 else left[0]

    async with serving(handler, host=PUBLIC) as site:
        yield site


async def test_a_redirect_is_followed_and_checked_again():
    names = Names(desk_example=[[PUBLIC]], other_example=[[PUBLIC]])

    async with (
        answering(*redirecting("/next"), Reply(200, b"there")) as site,
        fetching(names) as http,
    ):
        got = await http.fetch(f"http://desk.example:{site.port}/first")

    assert got.content == b"there"
    assert got.url.endswith("/next")
    assert names.asked == ["desk.example", "desk.example"]


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:{port}/",
        "http://inside.example:{port}/", "//127.0.0.1:{port}/", "file:///etc/passwd",
        "http://2130706433:{port}/", "http://[::ffff:7f00:1]:{port}/", "",
    ],
)  # fmt: skip
async def test_a_redirect_into_the_house_is_refused(place):
    names = Names(desk_example=[[PUBLIC]], inside_example=[["127.0.0.1"]])

    async with (
        serving(hello) as inside,
        answering(*redirecting(place.format(port=inside.port))) as site,
        fetching(names) as http,
    ):
        with pytest.raises(errors.Rejected):
            await http.fetch(f"http://desk.example:{site.port}/")

    assert inside.requests == []


async def test_redirects_end():
    async with answering(*redirecting("/again")) as site, fetching() as http:
        with pytest.raises(errors.Rejected, match="redirects"):
            await http.fetch(f"http://desk.example:{site.port}/")

    assert len(site.requests) == guard.MOST_REDIRECTS + 1


async def test_a_token_goes_to_the_first_origin_and_to_nobody_else():
    names = Names(desk_example=[[PUBLIC]], other_example=[[PUBLIC]])
    token = {"Authorization": "Bearer token"}

    async with serving(hello, host=PUBLIC) as other:
        away = f"http://other.example:{other.port}/"
        async with answering(*redirecting("/same", away)) as site, fetching(names) as http:
            await http.fetch(f"http://desk.example:{site.port}/", headers=token)

    assert [it.headers.get("authorization") for it in site.requests] == ["Bearer token"] * 2
    assert [it.headers.get("authorization") for it in other.requests] == [None]


# -- what a person has configured ------------------------------------------------------------------


async def test_an_emulator_a_person_has_configured_may_be_near(monkeypatch):
    monkeypatch.setattr(guard, "PORTS", frozenset({80, 443}))

    async with serving(hello) as site, fetching() as http:
        got = await http.fetch(f"{site.url}/file", trusted=(site.url,))
        with pytest.raises(errors.Rejected):
            await http.fetch(f"{site.url}/file")
        with pytest.raises(errors.Rejected):
            await http.fetch(f"{site.url}/file", trusted=(f"http://127.0.0.1:{site.port - 1}",))

    assert got.content == b"hello"


async def test_trust_in_an_address_is_not_lent_to_redirects_of_strangers():
    async with (
        serving(hello) as inside,
        answering(*redirecting(f"{inside.url}/admin")) as site,
        fetching() as http,
    ):
        with pytest.raises(errors.Rejected):
            await http.fetch(f"http://desk.example:{site.port}/", trusted=(inside.url,))

    assert inside.requests == []


# -- sizes and time --------------------------------------------------------------------------------


async def test_a_body_of_a_gigabyte_is_left_early():
    piece = bytes(65536)
    endless = Drip((piece for _ in range(16384)), length=None)

    async with answering(endless) as site, fetching() as http:
        with pytest.raises(errors.Rejected, match="more than 1000000 bytes"):
            await http.fetch(f"http://desk.example:{site.port}/", most_bytes=1_000_000)

    assert site.sent_bytes < 50_000_000


async def test_a_body_that_claims_a_gigabyte_is_not_read():
    huge = Drip([b"x"], length=1_000_000_000)

    async with answering(huge) as site, fetching() as http:
        with pytest.raises(errors.Rejected, match="more than"):
            await http.fetch(f"http://desk.example:{site.port}/", most_bytes=1_000_000)


async def test_a_body_of_exactly_the_size_is_taken():
    async with answering(Reply(200, bytes(1000))) as site, fetching() as http:
        got = await http.fetch(f"http://desk.example:{site.port}/", most_bytes=1000)
        with pytest.raises(errors.Rejected):
            await http.fetch(f"http://desk.example:{site.port}/", most_bytes=999)

    assert len(got.content) == 1000


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_packed_body_is_counted_unpacked(encoding):
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    replies = [
        Reply(200, pack(b"hello" * 100), {"content-encoding": encoding}),
        Reply(200, pack(bytes(50_000_000)), {"content-encoding": encoding}),
    ]

    async with answering(*replies) as site, fetching() as http:
        got = await http.fetch(f"http://desk.example:{site.port}/")
        with pytest.raises(errors.Rejected, match="more than"):
            await http.fetch(f"http://desk.example:{site.port}/", most_bytes=1_000_000)

    assert got.content == b"hello" * 100
    assert site.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(b"no gzip", "gzip"), (gzip.compress(b"x" * 1000)[:-12], "gzip"), (b"x", "br")],
    ids=["no gzip", "cut gzip", "brotli"],
)
async def test_a_body_that_is_not_what_its_encoding_says_is_not_taken(body, encoding):
    async with (
        answering(Reply(200, body, {"content-encoding": encoding})) as site,
        fetching() as http,
    ):
        with pytest.raises(errors.Unavailable):
            await http.fetch(f"http://desk.example:{site.port}/")


async def test_a_slow_drip_ends_with_the_time_that_was_given():
    drip = Drip((b"x" for _ in range(100_000)), pause_s=0.02, length=100_000)

    async with answering(drip) as site, fetching() as http:
        with pytest.raises(errors.Unavailable, match="longer than"):
            await http.fetch(f"http://desk.example:{site.port}/", within_s=0.4)

    assert site.sent_bytes < 1000


async def test_a_slow_name_service_counts_too():
    async def never(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    http = Http(resolve=never)
    with pytest.raises(errors.Unavailable, match="longer than"):
        await http.fetch("http://desk.example/", within_s=0.2)
    await http.close()


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(404), errors.Rejected),
        (Reply(403), errors.Rejected),
        (Reply(204), errors.Rejected),
        (Reply(500), errors.Unavailable),
        (Reply(503, b"", {"retry-after": "9"}), errors.Unavailable),
        (Reply(429), errors.Unavailable),
        (CUT, errors.Unavailable),
        (Drip([b"half"], length=10), errors.Unavailable),
    ],
)
async def test_what_the_other_side_says_is_told(reply, kind):
    async def handler(_request: Request) -> object:
        return reply

    async with serving(handler, host=PUBLIC) as site, fetching() as http:  # type: ignore[arg-type]
        task = asyncio.ensure_future(http.fetch(f"http://desk.example:{site.port}/"))
        if isinstance(reply, Drip):
            while not site.sent_bytes:
                await asyncio.sleep(0.01)
            site.hang_up()
        with pytest.raises(kind) as raised:
            await task

    assert str(raised.value).startswith("desk.example")
    if getattr(reply, "headers", {}):
        assert raised.value.retry_after_s == 9


async def test_an_unknown_name_may_be_known_later():
    async with fetching() as http:
        with pytest.raises(errors.Unavailable, match="name service"):
            await http.fetch("http://unknown.example/")


# -- certificates ----------------------------------------------------------------------------------


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a self-signed certificate of a name; gives the server's context and a believer's."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    began = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    serves = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serves.load_cert_chain(path)
    return serves, ssl.create_default_context(cafile=str(path))


async def test_the_certificate_must_be_the_named_hosts_though_the_address_is_pinned(tmp_path):
    serves, believes = certificate(tmp_path, "desk.example")
    names = Names(desk_example=[[PUBLIC]], other_example=[[PUBLIC]])

    async with (
        serving(hello, host=PUBLIC, tls=serves) as site,
        fetching(names, tls=believes) as http,
    ):
        got = await http.fetch(f"https://desk.example:{site.port}/")
        with pytest.raises(errors.Unavailable):
            await http.fetch(f"https://other.example:{site.port}/")

    assert got.content == b"hello"
    assert site.names == ["desk.example", "other.example"]
    assert len(site.requests) == 1


async def test_a_redirect_from_an_encrypted_to_a_plain_address_is_refused(tmp_path):
    serves, believes = certificate(tmp_path, "desk.example")

    async def handler(_request: Request) -> Reply:
        return Reply(302, b"", {"location": "http://desk.example/"})

    async with serving(handler, host=PUBLIC, tls=serves) as site, fetching(tls=believes) as http:
        with pytest.raises(errors.Rejected, match="unencrypted"):
            await http.fetch(f"https://desk.example:{site.port}/")


# -- secrecy ---------------------------------------------------------------------------------------


async def test_a_token_in_an_address_reaches_no_log_and_no_sentence():
    sink = StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logs.configure(Settings(log_level="debug", log_personal_data=True), process="test", to=sink)
    try:
        async with answering(Reply(404)) as site, fetching() as http:
            with pytest.raises(errors.Rejected) as raised:
                await http.fetch(
                    f"http://desk.example:{site.port}/bottoken123/getFile?access_token=token456",
                    headers={"Authorization": "Bearer token789"},
                )
            await http.call("GET", f"{site.url}/bottoken123/getMe", query={"t": "token456"})
    finally:
        root.handlers[:], root.level = before

    said = sink.getvalue() + str(raised.value)
    assert "token" not in said.replace("tokens", "")
    assert len(site.requests) == 2
