"""Models that transformers does not have: the attention bridge and the ensemble.

Importing this tells transformers' Auto classes of them; their folders then load like any other.
"""

import transformers

from pipeline.models import bridge, ensemble
from pipeline.models.configuration import HEADS

for models in (bridge.MODELS, ensemble.MODELS):
    for head, model in models.items():
        transformers.AutoConfig.register(model.config_class.model_type, model.config_class, exist_ok=True)
        getattr(transformers, HEADS[head]).register(model.config_class, model)
