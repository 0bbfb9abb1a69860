"""From a spec to the graph of stages that carries it out. Free of torch.

A stage's key is a hash of all that its output depends on: its parameters, the content of the
files it reads, and the keys of the stages before it. Equal keys mean equal output, so what
two runs share is done once, and a run that was killed goes on where it stood.
"""

from pipeline.plan.planning import plan
from pipeline.plan.stage import REVISION, Stage
from pipeline.plan.suiting import check_layers

__all__ = ["REVISION", "Stage", "check_layers", "plan"]
