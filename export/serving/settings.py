"""What whoever serves decides: the environment's ``GRAFT_SERVE_*``, and above it the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from pipeline.errors import SpecError
from pipeline.faults import fault
from pipeline.messages import Message
from pipeline.rates import FORM, OFF

PREFIX = "GRAFT_SERVE_"
EngineName = Literal["local", "ray"]  # rows of the table in command.py
#: Never a flag: whoever lists processes would read it.
SECRET = "api_keys"  # noqa: S105 - a field's name


class ServeSettings(BaseModel):
    """How models are served. Each field is the variable ``GRAFT_SERVE_<FIELD>``, and but for the keys a flag."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)

    engine: EngineName = Field("local", description="Who answers: local, this process; ray, replicas on a cluster.")
    replicas: int = Field(1, ge=1, le=1000, description="Processes that answer, on a cluster.")
    max_replicas: int | None = Field(
        None, ge=1, le=1000, description="Most of them, where there is much to answer; unset: as many as replicas."
    )
    replica_load: float = Field(
        16, gt=0, description="Requests at a time for which there is to be a replica, up to max_replicas."
    )
    everywhere: bool = Field(False, description="On a cluster, listen on each machine that answers.")
    host: str = Field("127.0.0.1", description="Address to listen at; 0.0.0.0 for all of the machine's.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen at; 0 takes a free one.")
    max_batch_tokens: int | None = Field(
        None, ge=1, description="Most padded tokens computed at once; unset: 512 on a CPU, 16,384 on a GPU."
    )
    max_wait_ms: float = Field(
        0, ge=0, le=1000, description="How long a batch that is not full waits for more texts; 0: not at all."
    )
    queue_size: int = Field(1024, ge=1, description="Texts that may wait, for each model; past it the answer is 429.")
    max_text_length: int = Field(20_000, ge=1, description="Most characters of a text.")
    max_texts: int = Field(256, ge=1, description="Most texts of a request.")
    max_body_mb: float = Field(4, gt=0, description="Largest body of a request, in MB.")
    timeout: float = Field(30, gt=0, description="Seconds in which a request is answered; past it the answer is 504.")
    head_timeout: float = Field(
        10,
        gt=0,
        description="Seconds in which a new connection has to begin a request, and a request's head to arrive.",
    )
    body_timeout: float = Field(10, gt=0, description="Seconds in which a request's body has to arrive.")
    keep_alive: int = Field(5, ge=1, description="Seconds for which a connection is kept open between two requests.")
    max_connections: int = Field(
        512,
        ge=1,
        description="Connections open at the same time; past it the answer is 503, and the connection closed.",
    )
    drain: float = Field(
        0, ge=0, description="Least seconds between SIGTERM and the closing of the port, in which readyz says 503."
    )
    threads: int | None = Field(
        None, ge=1, description="CPU threads of a model; unset: the machine's cores, or a container's share."
    )
    at_once: int = Field(
        2, ge=1, description="Batches of a model computed at the same time, as far as there are cores; on a GPU one."
    )
    allow_failed: bool = Field(False, description="Serve variants that missed their parity gate, too.")
    open_metrics: bool = Field(False, description="Show /metrics without a key.")
    rate: str = Field(
        OFF,
        pattern=FORM,
        description="Requests of one key, or where no keys are set of one address, as 600/minute; past it the answer "
        "is 429.",
    )
    trusted_proxies: str = Field(
        "", description="Addresses and networks, with commas between, whose X-Forwarded-For is believed."
    )
    api_keys: tuple[SecretStr, ...] = Field(
        (), description="Keys, with commas between; one is needed for all but health. Unset: none is needed."
    )

    @field_validator(SECRET, mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        keys = tuple(key.strip() for key in value.split(",") if key.strip())
        if value.strip() and not keys:
            raise ValueError(Message("there is no key between the commas, and without keys anybody could ask"))
        return keys

    @model_validator(mode="after")
    def _fits(self) -> ServeSettings:
        if self.max_texts > self.queue_size:
            raise ValueError(Message("max_texts is above queue_size, so that a full request would never be accepted"))
        if self.max_replicas is not None and self.max_replicas < self.replicas:
            raise ValueError(Message("max_replicas is below replicas"))
        return self

    @classmethod
    def read(
        cls, flags: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None
    ) -> ServeSettings:
        """Read the environment, then the flags that were given.

        Raises:
            SpecError: A value is not allowed; the message names the flag or the variable.
        """
        source, flags = os.environ if environment is None else environment, flags or {}
        names = {field: f"{PREFIX}{field.upper()}" for field in cls.model_fields}
        values = {field: source[name] for field, name in names.items() if name in source} | dict(flags)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            field = str(first["loc"][0]) if first["loc"] else "max_texts"
            raise SpecError(
                "{variable} is {value!r}: {fault}.",
                "Correct or unset it.",
                variable=flag(field) if field in flags else names[field],
                value="…" if field == SECRET else values.get(field, cls.model_fields[field].default),
                fault=fault(first),
            ) from error


def flag(field: str) -> str:
    """A field as the command line has it."""
    return f"--{field.replace('_', '-')}"
