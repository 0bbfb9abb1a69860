"""From what the models said of one frozen test set to a report.

Each metric is a function of summed counts. :mod:`answers` sets scores against the truth and counts
for each text; :mod:`metrics` makes values of the sums; :mod:`bootstrap` draws the texts again for
intervals, and :mod:`comparison` sets models side by side. :mod:`breakdown` takes the test set apart,
:mod:`costs` and :mod:`curve` look at training, :mod:`verdict` and :mod:`remarks` say it in words, and
:mod:`wording` knows what metrics are called. Free of torch.
"""
