"""Ranks source models for the data at hand before any training. Only ``features`` loads torch.

=============  ================================================================
``logme``      how well features explain labels; numpy only
``sampling``   the texts that sources are compared on
``features``   what a source makes of them; loads torch
``ranking``    the comparison, and the way to it for a page without torch
``records``    what it says
=============  ================================================================
"""

from pipeline.ranking.logme import logme
from pipeline.ranking.ranking import ask_ranking, rank, table
from pipeline.ranking.records import Ranked, Ranking

__all__ = ["Ranked", "Ranking", "ask_ranking", "logme", "rank", "table"]
