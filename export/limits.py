"""What a variant can't do, and what is not known of it: for the model card."""

from __future__ import annotations

from export.circumstances import processor
from export.report import RangesFrom, VariantReport
from pipeline.spec import VariantName
from pipeline.tasks import Labelling, Task

#: What the kind of answer implies.
ANSWER_LIMITS: dict[Labelling, str] = {
    "one": "It always answers with one of its labels, also where none fits.",
    "several": "It gives the labels whose probability is above one half; that may be none.",
    "tags": "A word has the tag of its first sub-word token; what is cut off has none.",
    "none": "It guesses sub-word tokens, which need not be whole words.",
}

INT8 = "It is for CPUs; on a GPU take fp32 or fp16."
HALF = "It is for GPUs; a CPU computes it by way of float32, and slower."
#: What comes with how a variant computes.
VARIANT_LIMITS: dict[VariantName, str] = {"int8": INT8, "int8-static": INT8, "fp16": HALF, "O4": HALF}
RANGE_LIMITS: dict[RangesFrom, str] = {
    "batch": "Its activations are scaled by what is in the batch: scores vary a little with batching and padding.",
    "calibration": "The ranges of its activations are those of the texts it was calibrated on; unlike texts may be cut "
    "off there.",
}


def limits(variant: VariantReport, task: Task, longest: int) -> list[str]:
    """A sentence each.

    Args:
        variant: Which.
        task: What the model does.
        longest: Most tokens of a text that it reads.
    """
    told = [
        f"A text is cut after {longest} sub-word tokens.",
        ANSWER_LIMITS[task.labelling],
        "What it scores on texts unlike the test set was not measured.",
        "Batches must be padded on the right.",
    ]
    if variant.name in VARIANT_LIMITS:
        told.append(VARIANT_LIMITS[variant.name])
    told += [RANGE_LIMITS[whence] for whence in variant.ranges]
    if variant.name.startswith("int8") and (said := processor()):
        told.append(said)
    return told
