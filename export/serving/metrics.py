"""What Prometheus is told."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from export.serving.batcher import Batch

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
TEXTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """The counters of one server; two servers in one process do not meet."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each, for when it began
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._requests = Counter(
            "graft_requests_total", "Requests by route and status.", ("route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "graft_request_seconds",
            "From a request's head to the end of its response.",
            ("route",),
            buckets=SECONDS,
            registry=registry,
        )
        self.active = Gauge("graft_requests_active", "Requests that are being answered.", registry=registry)
        self.connections = Gauge("graft_connections_open", "Connections that are open.", registry=registry)
        self.refusals = Counter("graft_refusals_total", "Requests without an answer.", ("code",), registry=registry)
        self.waiting = Gauge("graft_queue_texts", "Texts that wait.", ("model",), registry=registry)
        self.reloads = Counter("graft_reloads_total", "Reloads of a model.", ("model", "outcome"), registry=registry)
        self._texts = Counter("graft_texts_total", "Texts that were computed.", ("model",), registry=registry)
        self._tokens = Counter(
            "graft_tokens_total", "Tokens that were computed: read, or padding.", ("model", "kind"), registry=registry
        )
        self._batch = Histogram("graft_batch_texts", "Texts in a batch.", ("model",), buckets=TEXTS, registry=registry)
        self._compute = Histogram(
            "graft_batch_seconds", "For a batch to be computed.", ("model",), buckets=SECONDS, registry=registry
        )
        self._waited = Histogram(
            "graft_queue_seconds", "A request's wait for its batch.", ("model",), buckets=SECONDS, registry=registry
        )

    def request(self, route: str, status: int, seconds: float) -> None:
        """A request that has ended."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def batch(self, model: str, batch: Batch) -> None:
        """A batch that was computed."""
        read = sum(batch.lengths)
        self._texts.labels(model).inc(len(batch.lengths))
        self._tokens.labels(model, "read").inc(read)
        self._tokens.labels(model, "padding").inc(len(batch.lengths) * batch.lengths[-1] - read)
        self._batch.labels(model).observe(len(batch.lengths))
        self._compute.labels(model).observe(batch.seconds)
        waited = self._waited.labels(model)
        for seconds in batch.waited:
            waited.observe(seconds)

    def text(self) -> bytes:
        """All of them, as Prometheus reads it."""
        return generate_latest(self.registry)
