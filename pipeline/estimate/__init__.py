"""What a run will take: time, memory and disk, from a few measured steps. Only ``measuring`` loads torch.

==============  ===============================================================
``lengths``     how much text there is, and how long
``measuring``   real training steps of the source model; loads torch
``memory``      from what a step held to what the run will hold
``scaling``     from measured steps to stages: one rule for each kind
``estimating``  all of it together, and the way to it for a page without torch
``records``     what it says
==============  ===============================================================
"""

from pipeline.estimate.estimating import ask_estimate, estimate, table
from pipeline.estimate.records import Estimate, Range, StageEstimate

__all__ = ["Estimate", "Range", "StageEstimate", "ask_estimate", "estimate", "table"]
