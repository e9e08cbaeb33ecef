"""Figures for Prometheus: requests, loop lag, file sizes, and what the appliance counts itself."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from appliance.api import networks
from appliance.core import errors
from appliance.core.clock import Clock

_LAG_EVERY_S = 0.5
_NOT_HERE = (
    "The figures are for the operator. Ask from the machine itself, or add your network to "
    "APPLIANCE_OPERATORS_FROM."
)
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)


class Figures:
    """The registry of one process and what the middleware counts into it."""

    def __init__(self, database: Path, ours: Mapping[str, Callable[[], float]]) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.requests = Counter(
            "http_requests", "Requests answered.", ("method", "route", "status"),
            namespace="appliance", registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "http_request_seconds", "Seconds until the answer began.", ("route",),
            namespace="appliance", registry=self.registry, buckets=_BUCKETS_S,
        )  # fmt: skip
        self.refused = Counter(
            "http_refused", "Requests turned away before a route saw them.", ("why",),
            namespace="appliance", registry=self.registry,
        )  # fmt: skip
        self.lag = Gauge(
            "event_loop_lag_seconds", "How late the event loop wakes up.",
            namespace="appliance", registry=self.registry,
        )  # fmt: skip
        self.registry.register(_Ours(database, ours))

    async def watch_loop(self, clock: Clock) -> None:
        """Measure the event loop's lateness until cancelled."""
        while True:
            began = clock.monotonic()
            await asyncio.sleep(_LAG_EVERY_S)
            self.lag.set(max(0.0, clock.monotonic() - began - _LAG_EVERY_S))


class _Ours(Collector):
    """Reads the appliance's own figures at the moment of the scrape."""

    def __init__(self, database: Path, ours: Mapping[str, Callable[[], float]]) -> None:
        self._files = {"db": database, "wal": database.with_name(database.name + "-wal")}
        self._ours = ours

    def collect(self) -> Iterable[Metric]:
        sizes = GaugeMetricFamily(
            "appliance_store_bytes", "Size of the database and its log.", labels=["file"]
        )
        for name, path in self._files.items():
            sizes.add_metric([name], path.stat().st_size if path.exists() else 0)
        return itertools.chain([sizes], (_figure(n, read) for n, read in self._ours.items()))


def _figure(name: str, read: Callable[[], float]) -> Metric:
    full = f"appliance_{name}"
    said = f"The appliance's own count: {name.replace('_', ' ')}."
    if name.endswith("_total"):
        return CounterMetricFamily(full.removesuffix("_total"), said, value=float(read()))
    return GaugeMetricFamily(full, said, value=float(read()))


def router(figures: Figures) -> APIRouter:
    """Serve the figures at /metrics in the plain text format, to operators alone."""
    made = APIRouter(tags=["health"])

    @made.get("/metrics", response_class=Response, summary="Figures for Prometheus")
    def metrics(request: Request) -> Response:
        if not networks.is_operator(request.scope):
            raise errors.NotAllowed(_NOT_HERE)
        return Response(generate_latest(figures.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return made
