"""Labels for unlabelled texts: which texts to take, and a second opinion on them. Free of torch.

:mod:`choosing` takes the surest texts of each label, :mod:`sets` and :mod:`sentences` do so where a text has several or
its words have some, and :mod:`co_training` lets a classical second view relabel the pool: :mod:`labellers` says how
where a text has one label or several, and :mod:`ngram_view` what that view is.
"""
