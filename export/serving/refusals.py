"""What a client is told when it gets no answer: a code, what happened, and what to do; never a traceback."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from export.predictor import NoNumberError, PredictorError


@dataclass(frozen=True)
class Kind:
    """A way in which a request can be refused.

    Attributes:
        status: Of the response.
        remedy: What the client can do, as a template like the message.
    """

    status: int
    remedy: str


#: Code → what it means. Clients tell refusals apart by the code; it does not change.
KINDS = {
    "bad_http": Kind(400, "Send HTTP/1.1, as every client library does; the port speaks no TLS."),
    "bad_json": Kind(400, "Send a JSON object in UTF-8, as /docs shows it."),
    "wrong_type": Kind(422, "Send the fields that /docs shows."),
    "wrong_form": Kind(422, "Send {fields}: the model is for {task}."),
    "too_many_texts": Kind(422, "Send at most {most} texts a request."),
    "text_too_long": Kind(422, "Shorten it to {most:,} characters; the model reads {longest} tokens of it at most."),
    "unanswerable": Kind(422, "{remedy}"),
    "no_key": Kind(401, "Send the header Authorization: Bearer KEY with one of the server's keys."),
    "no_keys_set": Kind(403, "Start the server with GRAFT_SERVE_API_KEYS, or send SIGHUP to its process."),
    "unknown_model": Kind(404, "Ask for one of {names}; /v1/models lists them."),
    "unknown_path": Kind(404, "See /docs for what there is."),
    "wrong_method": Kind(405, "See /docs for the methods of each path."),
    "slow_head": Kind(408, "Send the head at once."),
    "slow_body": Kind(408, "Send the body without pauses, or in several requests."),
    "reload_failed": Kind(409, "{remedy} The model that was served before is served on."),
    "too_large": Kind(413, "Send at most {most:,} bytes; divide the texts among several requests."),
    "busy": Kind(429, "Ask again after the seconds of the header Retry-After."),
    "too_fast": Kind(429, "Ask again after the seconds of the header Retry-After, and less often."),
    "large_head": Kind(431, "Send fewer or shorter headers."),
    "gone": Kind(499, "Nobody reads this."),
    "no_number": Kind(500, "{remedy}"),
    "internal": Kind(500, "The server's log says what happened; ask whoever runs it."),
    "shutting_down": Kind(503, "Ask again after the seconds of the header Retry-After, or another server."),
    "crowded": Kind(503, "Ask again after the seconds of the header Retry-After, over fewer connections."),
    "timeout": Kind(504, "Ask again when less is asked, or with fewer or shorter texts."),
}

#: What starlette refuses by itself → what it is called here.
CODES = {404: ("unknown_path", "There is nothing at this path."), 405: ("wrong_method", "The path has other methods.")}


class Refusal(Exception):  # noqa: N818 - most are not the server's fault
    """A request that gets no answer.

    Args:
        code: Of :data:`KINDS`.
        template: What happened, with places as in ``str.format``.
        headers: Of the response, besides what is usual.
        values: Of the places, and of those of the kind's remedy.
    """

    def __init__(self, code: str, template: str, /, headers: dict[str, str] | None = None, **values: object) -> None:
        kind = KINDS[code]
        self.code, self.status, self.headers = code, kind.status, headers or {}
        self.message, self.remedy = template.format(**values), kind.remedy.format(**values)
        super().__init__(self.message)

    @property
    def body(self) -> bytes:
        """As JSON."""
        fault = Fault(code=self.code, message=self.message, remedy=self.remedy)
        return Faults(error=fault).model_dump_json().encode()


class Fault(BaseModel):
    """Why there is no answer."""

    code: str = Field(description="For programs; it does not change.", examples=["busy"])
    message: str = Field(description="What happened.", examples=["1,024 texts are waiting already."])
    remedy: str = Field(description="What to do about it.", examples=[KINDS["busy"].remedy])


class Faults(BaseModel):
    """The body of every response that is no answer."""

    error: Fault


def refusal_of(error: Exception) -> Refusal:
    """What a client is told of an error; of one that nobody expected, that it is a defect."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, NoNumberError):
        return of_predictor(error, "no_number")
    if isinstance(error, PredictorError):
        return of_predictor(error)
    if isinstance(error, HTTPException) and error.status_code in CODES:
        return Refusal(*CODES[error.status_code], headers=dict(error.headers or {}))
    return Refusal("internal", "The server failed.")


def of_predictor(error: PredictorError, code: str = "unanswerable") -> Refusal:
    """What the predictor refuses; its message has what happened as its first sentence, and the remedy behind it."""
    happened, _, remedy = error.template.partition(". ")
    parts = [part.format(**error.values) if error.values else part for part in (f"{happened.rstrip('.')}.", remedy)]
    return Refusal(code, "{happened}", happened=parts[0], remedy=parts[1])


def responses(*codes: str) -> dict[int | str, dict[str, object]]:
    """Of a route: what it may refuse, for OpenAPI."""
    found: dict[int | str, dict[str, object]] = {}
    for code in codes:
        entry = found.setdefault(KINDS[code].status, {"model": Faults, "description": ""})
        entry["description"] = f"{entry['description']}, {code}".removeprefix(", ")
    return found
