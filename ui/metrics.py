"""What an operator watches: how many requests, how long they take, how large the library is.

In the text format of Prometheus, from a registry of its own. Labels are addresses without their numbers and
names, so no question, no id and no member can be read from them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.jobs import JobState
from ui.limits import Limits
from ui.service import Service

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_NO_ROUTE = "other"


class Metrics:
    """The figures of one service.

    Args:
        service: The opened library.
        limits: Who works and waits.
    """

    def __init__(self, service: Service, limits: Limits) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._requests = Counter(
            "copse_http_requests",
            "Requests to the API, by address and status.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "copse_http_request_seconds",
            "How long requests to the API take until their response has ended.",
            ["method", "route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._registry.register(_Library(service))
        self._registry.register(_AtWork(limits))

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that has ended."""
        method = method if method in _METHODS else _NO_ROUTE
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """All figures as of now."""
        return generate_latest(self._registry)


class _Library(Collector):
    """Figures that the service has at hand when somebody looks."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterable[Metric]:
        asked = CounterMetricFamily(
            "copse_questions", "Questions, by what became of them.", labels=["outcome"]
        )
        for outcome, times in self._service.tally.counts().items():
            asked.add_metric([outcome], times)
        yield asked
        sizes = GaugeMetricFamily("copse_index_entries", "Entries of the indexes.", labels=["index"])
        for index, size in self._service.sizes().items():
            sizes.add_metric([index], size)
        yield sizes
        jobs = GaugeMetricFamily("copse_jobs", "Syncs that run, wait or ended lately.", labels=["state"])
        found = self._service.job_states()
        for state in JobState:
            jobs.add_metric([state.value], found.get(state.value, 0))
        yield jobs
        generation = self._service.generation()
        yield GaugeMetricFamily("copse_generation", "Number that every change moves up.", value=generation)
        ready = self._service.is_ready()
        yield GaugeMetricFamily("copse_ready", "Whether model and indexes are loaded.", value=ready)


class _AtWork(Collector):
    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def collect(self) -> Iterable[Metric]:
        has = self._limits
        working = GaugeMetricFamily("copse_http_working", "Requests that are worked on.", labels=["room"])
        waiting = GaugeMetricFamily("copse_http_waiting", "Requests that wait for a place.", labels=["room"])
        for name, room in (("asking", has.asking), ("watching", has.watching), ("work", has.work)):
            working.add_metric([name], room.working)
            waiting.add_metric([name], room.waiting)
        yield working
        yield waiting


class Measured:
    """Counts and times every request."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = self._clock(), 500

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        finally:
            seconds = self._clock() - begun
            self._metrics.observe(scope["method"], route_of(scope), status, seconds)


def route_of(scope: Scope) -> str:
    """The address of a request as a template, such as `/requests/{key}`; one name for what there is not."""
    return getattr(scope.get("route"), "path", _NO_ROUTE)
