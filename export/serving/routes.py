"""What there is under which path, and how OpenAPI tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from export.predictor import PredictorError
from export.serving import answers, questions
from export.serving.answers import ModelInfo, ModelList, Status
from export.serving.asking import Asker
from export.serving.gate import LATER, State
from export.serving.metrics import Metrics
from export.serving.models import Model, Models
from export.serving.refusals import Refusal, of_predictor, responses
from export.serving.settings import ServeSettings
from pipeline.errors import ExportError

#: Prometheus' own form of text.
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
#: A prediction's body is read by hand: in one step from bytes, and only when its size is known.
BODY: dict[str, Any] = {
    "required": True,
    "content": {"application/json": {"schema": questions.Body.model_json_schema(), "examples": questions.EXAMPLES}},
}
#: What whoever asks for anything of a model may be refused for.
ALWAYS = ("no_key", "too_fast", "internal", "shutting_down")
#: What a prediction may be refused for.
REFUSED = (
    *ALWAYS,
    "bad_json",
    "unknown_model",
    "slow_body",
    "too_large",
    "wrong_type",
    "wrong_form",
    "too_many_texts",
    "text_too_long",
    "unanswerable",
    "busy",
    "no_number",
    "timeout",
)
#: Where texts are asked.
PREDICT = "/v1/models/{name}/predict"
#: How a model is loaded anew; takes its time.
Reload = Callable[[Model], object]
AnyAnswers = answers.LabelAnswers | answers.LabelsAnswers | answers.TagAnswers | answers.MaskAnswers


class Routes:
    """The functions behind the paths."""

    def __init__(
        self, models: Models, settings: ServeSettings, state: State, metrics: Metrics, reload: Reload | None = None
    ) -> None:
        self._models, self._settings, self._state, self._metrics = models, settings, state, metrics
        self._reload = reload or Model.reload
        self._asker = Asker(settings.timeout)

    def router(self) -> APIRouter:
        """The table of paths."""
        made = APIRouter()
        made.add_api_route("/v1/models", self.list_models, responses=responses(*ALWAYS))
        made.add_api_route("/v1/models/{name}", self.show_model, responses=responses(*ALWAYS, "unknown_model"))
        made.add_api_route(
            PREDICT,
            self.predict,
            methods=["POST"],
            response_model=AnyAnswers,
            openapi_extra={"requestBody": BODY},
            responses={
                200: {"content": {"application/json": {"examples": answers.EXAMPLES}}},
                **responses(*REFUSED),
            },
        )
        made.add_api_route(
            "/v1/models/{name}/reload",
            self.reload,
            methods=["POST"],
            responses=responses(*ALWAYS, "no_keys_set", "unknown_model", "reload_failed"),
        )
        made.add_api_route("/healthz", self.health, responses=responses("internal"))
        made.add_api_route("/readyz", self.ready, responses=responses("shutting_down", "internal"))
        made.add_api_route(
            "/metrics", self.metrics, response_class=Response, responses={200: {"content": {"text/plain": {}}}}
        )
        return made

    async def list_models(self) -> ModelList:
        """All models that are served."""
        return ModelList(models=[model.info() for model in self._models])

    async def show_model(self, name: str) -> ModelInfo:
        """One model: what it does, with what labels, and how it is asked."""
        return self._models.get(name).info()

    async def predict(self, name: str, request: Request) -> Response:
        """Ask a model: one text or many, pairs, words, or a text with a mask, as its task wants it."""
        answered = await self._asker.ask(self._models.get(name), request.receive)
        return Response(answered, media_type="application/json")

    async def reload(self, name: str) -> ModelInfo:
        """Load a model's folder anew. Whoever asks meanwhile is answered by the old model; no request is lost."""
        if not self._settings.api_keys:
            raise Refusal("no_keys_set", "Without keys anybody could reload.")
        model = self._models.get(name)
        try:
            await asyncio.to_thread(self._reload, model)
        except PredictorError as error:
            raise of_predictor(error, "reload_failed") from error
        except ExportError as error:
            raise Refusal("reload_failed", "{fault}", fault=error.message, remedy=error.remedy) from error
        except OSError as error:
            raise Refusal("reload_failed", "{fault}.", fault=error, remedy="Mend the folder.") from error
        return model.info()

    async def health(self) -> Status:
        """Whether the process works; without a key."""
        self._refuse_the_dead()
        return Status(status="ok")

    async def ready(self) -> Status:
        """Whether requests should be sent here; without a key."""
        if self._state.draining:
            raise Refusal("shutting_down", "The server is shutting down.", headers={"Retry-After": LATER})
        self._refuse_the_dead()
        return Status(status="ready")

    def _refuse_the_dead(self) -> None:
        if not self._models.alive:
            raise Refusal("internal", "A model's thread has died.")

    async def metrics(self) -> Response:
        """For Prometheus."""
        return Response(self._metrics.text(), media_type=PROMETHEUS)
