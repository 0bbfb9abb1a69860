"""Limits and places, read from the environment once, at start."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import gettempdir
from typing import Literal

import psutil
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import SpecError
from pipeline.faults import fault
from pipeline.rates import FORM, OFF

PREFIX = "GRAFT_"
EngineName = Literal["local", "zerogpu", "ray"]  # rows of the table in pipeline/engine/engines.py
#: What a Space that everybody can use begins with.
ON_A_SPACE = {"shared": "true", "max_active": "3", "max_disk_gb": "5", "max_run_minutes": "120", "keep_days": "7"}
#: Only the Hub's proxies reach a Space, from these addresses.
SPACE_PROXIES = "10.0.0.0/8"
#: How often somebody may do what costs something, where many use one page; on one's own machine as one likes.
ON_A_SHARED_HOST = {
    "rate_requests": "6000/minute",
    "rate_calls": "300/minute",
    "rate_uploads": "100/hour",
    "rate_starts": "30/hour",
    "rate_measurements": "60/hour",
    "rate_questions": "60/minute",
    "rate_exports": "60/hour",
}

TRUE = ("1", "t", "true")  # as the package "spaces" reads its variables
#: What one run wants to itself: cores that its products fill, and memory for masked LM of a small encoder.
CORES_EACH, GIGABYTES_EACH = 4, 6
#: Runs at a time where others' machines do the work: what each costs here is a process that looks on.
LOOKED_ON = 16
GPU = Path("/dev/nvidia0")  # there without asking torch, which the page must not load


def bearable(cores: int, memory: int, *, gpu: bool) -> int:
    """How many runs a machine bears at a time.

    Args:
        cores: Of its processors.
        memory: In bytes, all of it.
        gpu: Whether runs share a GPU; nobody knows how much of its memory each will want, so there is one at a time.
    """
    return 1 if gpu else min(64, max(1, min(cores // CORES_EACH, memory // (GIGABYTES_EACH << 30))))


class Settings(BaseModel):
    """Everything a host decides. Each field is the variable ``GRAFT_<FIELD>``.

    None of them changes a run's result but ``precision``, and that in the last digits, and ``ray_workers``, which has
    dropout drawn otherwise, as another seed would; what changes it more belongs in the
    :class:`~pipeline.spec.RunSpec`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    runs_dir: Path = Field(Path("runs"), description="Folder that holds runs, uploads and artifacts.")
    max_upload_mb: float = Field(50, gt=0, description="Largest file that can be uploaded or read, in MB.")
    max_rows: int = Field(200_000, gt=0, description="Most rows read from one file.")
    max_running: int = Field(1, ge=1, le=64, description="Runs carried out at the same time.")
    engine: EngineName = Field(
        "local",
        description="Where stages are done: local, this machine; ray, a cluster. A Space on ZeroGPU sets zerogpu.",
    )
    gpu_seconds: float = Field(
        60, ge=4, le=3600, description="Longest turn that a stage asks ZeroGPU for; the next goes on from a checkpoint."
    )
    artifacts: str | None = Field(
        None, description="Address (fsspec) over which machines pass on finished stages; unset: all share runs_dir."
    )
    ray_cpus: int = Field(CORES_EACH, ge=1, description="Cores of a stage that trains, at most a machine's.")
    ray_gpus: float = Field(1, ge=0, le=8, description="GPUs of a stage that trains, if the cluster has any.")
    ray_memory_gb: float = Field(
        GIGABYTES_EACH, gt=0, description="Memory of a stage that trains, in GB, at most a machine's."
    )
    ray_workers: int = Field(1, ge=1, le=256, description="Machines' shares into which one training is split.")
    ray_retries: int = Field(3, ge=0, description="How often a stage is begun anew when its machine was lost.")
    checkpoint_seconds: float = Field(20, ge=0, description="Seconds between two checkpoints of a fine-tuning.")
    cancel_seconds: float = Field(20, ge=0, description="Seconds a cancelled run may take to save, then it is ended.")
    hub_probe_seconds: float = Field(3, gt=0, le=3, description="Longest wait for the Hub's answer at start.")
    precision: Literal["auto", "fp32", "bf16"] = Field(
        "auto", description="Of matrix products in training; auto: bf16 if this machine was found faster at it by half."
    )
    default_source: Path | None = Field(None, description="Model folder to use instead of the embedded source.")
    shared: bool = Field(False, description="Many visitors: each sees only their own runs.")
    max_active: int = Field(20, ge=1, description="Runs that one visitor may have waiting or at work.")
    max_disk_gb: float | None = Field(None, gt=0, description="What one visitor's runs may take, in GB; unset: all.")
    max_run_minutes: float | None = Field(None, gt=0, description="Longest that a run may work; unset: for ever.")
    keep_days: float | None = Field(None, gt=0, description="How long a run that has ended is kept; unset: for ever.")
    rate_requests: str = Field(OFF, pattern=FORM, description="Requests of one address that are not just reading.")
    rate_calls: str = Field(OFF, pattern=FORM, description="Calls of the API by one visitor.")
    rate_uploads: str = Field(OFF, pattern=FORM, description="Files that one visitor brings.")
    rate_starts: str = Field(OFF, pattern=FORM, description="Runs that one visitor starts or resumes.")
    rate_measurements: str = Field(OFF, pattern=FORM, description="Estimates, rankings, measurements of speed.")
    rate_questions: str = Field(OFF, pattern=FORM, description="Texts that one visitor puts to models.")
    rate_exports: str = Field(OFF, pattern=FORM, description="Exports that one visitor makes, downloads or pushes.")
    rate_address_factor: int = Field(5, ge=1, description="How many times that all visitors of one address may.")
    trusted_proxies: str = Field("", description="Addresses and networks whose X-Forwarded-For is believed.")
    sync_repo: str = Field(
        "", pattern=r"^([\w.-]+/[\w.-]+)?$", description="Private data set of the Hub that keeps runs and exports, too."
    )
    sync_seconds: float = Field(60, ge=1, description="Seconds between two looks for runs that it does not have yet.")

    @classmethod
    def from_environment(cls, environment: dict[str, str] | None = None) -> Settings:
        """Read ``GRAFT_*`` variables; the machine, and a Space's own variables, set defaults.

        Raises:
            SpecError: A variable has a value that its field does not allow.
        """
        source = dict(os.environ if environment is None else environment)
        room = bearable(os.cpu_count() or 1, psutil.virtual_memory().total, gpu=GPU.exists())
        values = {"max_running": str(LOOKED_ON if source.get(f"{PREFIX}ENGINE") == "ray" else room)}
        if "SPACE_ID" in source:
            values |= {**ON_A_SPACE, "trusted_proxies": SPACE_PROXIES}
            if os.access("/data", os.W_OK):
                values["runs_dir"] = "/data/graft"
            elif not os.access(os.curdir, os.W_OK):
                values["runs_dir"] = str(Path(source.get("HOME", gettempdir())) / "graft")
            if source.get("SPACES_ZERO_GPU", "").lower() in TRUE:
                values["engine"] = "zerogpu"
        for field in cls.model_fields:
            if (value := source.get(f"{PREFIX}{field.upper()}")) is not None:
                values[field] = value
        try:
            found = cls.model_validate(values)
            return cls.model_validate({**ON_A_SHARED_HOST, **values}) if found.shared else found
        except ValidationError as error:
            first = error.errors()[0]
            name = f"{PREFIX}{str(first['loc'][0]).upper()}"
            raise SpecError(
                "{variable} is {value!r}: {fault}.",
                "Correct or unset it.",
                variable=name,
                value=first["input"],
                fault=fault(first),
            ) from error
