"""Models of one or several runs against each other, from their reports alone. Free of torch.

====================  =====================================================================
``gathering``         the test texts that all chosen models were tested on, and their answers
``comparing``         metrics with intervals, and each two models on the same texts
``merging``           one report of them, in the form that a single run's has
``crossing``          which label one model gives where another gives which
``cutting``           the leading metric on parts of the texts: length, label, confidence, …
``filtering``         the texts that somebody wants to see
``reliability``       how often a model is right where it is how sure
====================  =====================================================================
"""
