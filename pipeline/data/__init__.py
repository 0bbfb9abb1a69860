"""From files of texts to frozen splits: reading, checking, matching labels, splitting.

Nothing is imported here. No module of this package imports torch or transformers.
"""
