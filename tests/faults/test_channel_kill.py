"""api and jobs are killed while customers write on WhatsApp, Meta and the model misbehaving.

Nothing acknowledged is lost; what the provider has accepted is not sent again unless it said that
it failed; what may have been accepted is `unknown`; each customer's replies keep their order.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import whatsapp
from tests.fakes.running import ROOT, free_port, wait_for
from tests.fakes.server import MONDAY, Server, sample, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

MESSAGES = int(os.environ.get("KILL_MESSAGES", "300"))
SENDERS, KILLS, SEED = 40, 8, 11
SECRETS: dict[str, Any] = {
    "secret_whatsapp_app_secret": whatsapp.APP_SECRET,
    "secret_whatsapp_access_token": whatsapp.ACCESS_TOKEN,
    "secret_whatsapp_verify_token": whatsapp.VERIFY_TOKEN,
}
# What Meta and the model do wrong, in turn: nearly every hundredth message meets each of them.
GRAPH_MOVES = (
    {"do": "error", "status": 429, "code": 130429},
    {"do": "error", "status": 400, "code": 131056},
    {"do": "error", "status": 500, "code": 131000},
    {"do": "cut"},
    {"do": "accept_then_cut"},
    {"do": "fail_later", "code": 131000},
    {"do": "garbage"},
    {"do": "slow", "s": 0.3},
)
MODEL_STEPS = [
    *[{"text": f"I can help with that, number {number}."} for number in range(12)],
    {"status": 429},
    {"status": 500},
    {"text": "This is cut in the middle of everything.", "cut_after": 90},
    {"garbage": "<html>"},
    {"text": ""},
]


def config(graph: int, model: int) -> str:
    """Give the sample config with a WhatsApp number and a language model, both on this machine."""
    return (
        sample()
        .replace(
            "      - type: web_chat\n",
            "      - type: whatsapp\n"
            f'        phone_number_id: "{whatsapp.NUMBER}"\n'
            f"        base_url: http://127.0.0.1:{graph}\n"
            "      - type: web_chat\n",
        )
        .replace(
            "    provider: desk # built in: no key, no internet\n",
            "    provider: openai_compatible\n"
            "    model: fake\n"
            f"    base_url: http://127.0.0.1:{model}/v1\n",
        )
    )


@contextlib.contextmanager
def fake(module: str, port: int, *arguments: str) -> Iterator[None]:
    """Run one of the fakes as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, "--port", str(port), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline()
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def control(port: int, told: dict[str, Any] | None = None) -> dict[str, Any]:
    """Speak to the fake Graph API's control."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(connection):
        connection.request(
            "POST" if told else "GET", "/_control", json.dumps(told).encode() if told else None
        )
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return answer


class Jobs:
    """The jobs process beside a server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._server.folder / "jobs.txt").open("ab") as sink:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "appliance.jobs"],
                cwd=ROOT,
                env=self._server.environment(),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


class Meta:
    """Brings messages to the webhook until they are taken, as Meta does: some twice, some late."""

    def __init__(self, server: Server, chance: random.Random) -> None:
        self.server = server
        self.chance = chance
        self.began = time.monotonic()
        self.taken = 0
        self.more = threading.Condition()

    def write(self, sender: int, numbers: list[int]) -> None:
        """Bring one customer's messages, one after the other, some of them together."""
        number = f"1617555{sender:04d}"
        while numbers:
            batch, numbers = numbers[: self.chance.choice((1, 1, 1, 2))], numbers[1:]
            numbers = numbers[len(batch) - 1 :]
            at = int(MONDAY.timestamp() + time.monotonic() - self.began)
            messages = [
                whatsapp.text(
                    f"question {each} of {sender}",
                    sender=number,
                    message_id=f"wamid.{sender}.{each}",
                    at=at,
                )
                for each in batch
            ]
            body = whatsapp.webhook(whatsapp.value(messages=messages))
            for _ in range(self.chance.choice((1, 1, 1, 2))):
                self._bring(body)
            with self.more:
                self.taken += len(batch)
                self.more.notify_all()
            time.sleep(self.chance.random() * 0.2)

    def _bring(self, body: bytes) -> None:
        def met() -> bool:
            with contextlib.suppress(OSError, http.client.HTTPException):
                answer = self.server.ask(
                    "POST", "/webhooks/whatsapp", body, headers=whatsapp.signature(body)
                )
                assert answer.status in {200, 429, 503}, answer
                return answer.status == 200
            return False

        wait_for(met, 90, "a webhook taken")


@dataclass(frozen=True)
class Row:
    id: str
    contact_id: str
    state: str
    attempts: int
    seq: int
    part: int


def read(folder: Path, query: str) -> list[Any]:
    """Ask the store from outside."""
    import sqlite3

    with contextlib.closing(sqlite3.connect(folder / "data" / "core.db", timeout=30)) as database:
        return database.execute(query).fetchall()


def open_rows(folder: Path) -> int:
    waiting = read(folder, "SELECT count(*) FROM inbox WHERE state = 'waiting'")[0][0]
    unsent = read(folder, "SELECT count(*) FROM outbox WHERE state IN ('queued','sending')")[0][0]
    return int(waiting) + int(unsent)


def test_kills_of_api_and_jobs_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    graph, model = free_port(), free_port()
    steps = tmp_path / "steps.json"
    steps.write_text(json.dumps(MODEL_STEPS))
    with (
        fake("tests.fakes.graph_api", graph),
        fake("tests.fakes.model_server", model, "--script", str(steps)),
        serving(Server(tmp_path, config=config(graph, model), **SECRETS)) as server,
    ):
        control(
            graph,
            {"callback": f"http://127.0.0.1:{server.port}/webhooks/whatsapp", "script": _moves()},
        )
        meta, jobs = Meta(server, chance), Jobs(server)
        jobs.start()
        per_sender = MESSAGES // SENDERS
        with ThreadPoolExecutor(SENDERS + 1) as pool:
            running = [pool.submit(_kill, server, jobs, meta, chance)]
            running += [
                pool.submit(meta.write, sender, list(range(per_sender)))
                for sender in range(SENDERS)
            ]
            for one in running:
                one.result()
        wait_for(
            lambda: control(graph)["calling_back"] == 0 and open_rows(tmp_path) == 0,
            120,
            "everything answered, sent and reported",
        )
        told = control(graph)
        jobs.kill()
        assert server.stop() == 0

    assert told["undelivered"] == []
    assert [each for each in told["refused"] if each["problems"]] == []
    assert_each_message_was_kept_and_answered_once(tmp_path, per_sender * SENDERS)
    assert_each_reply_was_sent_once_and_in_order(tmp_path, told["accepted"])


def _moves() -> list[dict[str, Any]]:
    """Spread what Meta does wrong over the run."""
    fine = {"do": "fine", "times": 9}
    return [dict(move) for move in GRAPH_MOVES * (MESSAGES // 150) for move in (fine, move)]


def _kill(server: Server, jobs: Jobs, meta: Meta, chance: random.Random) -> None:
    """Kill one of the two at random moments, spread over all messages, and start it again."""
    for kill in range(1, KILLS + 1):
        goal = kill * MESSAGES // (KILLS + 1)
        with meta.more:
            assert meta.more.wait_for(lambda: meta.taken >= goal, 600)  # noqa: B023
        time.sleep(chance.random() * 0.3)
        if kill % 2:
            server.kill()
            server.start()
        else:
            jobs.kill()
            jobs.start()


def assert_each_message_was_kept_and_answered_once(folder: Path, count: int) -> None:
    kept = read(folder, "SELECT message_id, state, turn_id, contact_id FROM inbox")
    assert len(kept) == count
    assert {row[1] for row in kept} == {"done"}
    assert all(row[2] for row in kept)
    replies = Counter(
        row[0]
        for row in read(folder, "SELECT turn_id FROM messages WHERE role = 'bot' AND visible = 1")
    )
    assert set(replies.values()) == {1}
    assert set(replies) == {row[2] for row in kept}


def assert_each_reply_was_sent_once_and_in_order(
    folder: Path, accepted: list[dict[str, Any]]
) -> None:
    rows = {
        row[0]: Row(*row)
        for row in read(
            folder,
            "SELECT o.id, o.contact_id, o.state, o.attempts, m.seq, o.part FROM outbox o "
            "JOIN messages m ON m.id = o.message_id",
        )
    }
    taken = defaultdict(list)
    for place, each in enumerate(accepted):
        outgoing, _, attempt = each["key"].partition(":")
        taken[outgoing].append((place, int(attempt)))

    assert set(taken) <= set(rows)
    failed_later = set()
    for row in rows.values():
        attempts = [attempt for _, attempt in taken[row.id]]
        assert len(attempts) == len(set(attempts)), "one attempt was sent twice"
        if row.state in {"sent", "delivered", "read"}:
            assert attempts, "sent, and Meta knows nothing of it"
        if len(attempts) > 1:  # Meta accepted it, reported its failure, and got it again
            failed_later.add(row.id)
        assert row.state in {"sent", "delivered", "read", "unknown"}, row
    again_for_failed = sum(len(each) - 1 for each in taken.values() if each)
    assert again_for_failed <= sum(move["do"] == "fail_later" for move in _moves())
    by_contact = defaultdict(list)
    for outgoing, places in taken.items():
        if places and outgoing not in failed_later:
            row = rows[outgoing]
            by_contact[row.contact_id].append((places[0][0], row.seq, row.part))
    for sent in by_contact.values():
        ordered = [(seq, part) for _, seq, part in sorted(sent)]
        assert ordered == sorted(ordered)
