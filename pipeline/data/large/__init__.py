"""Large files, read in blocks: what is kept in memory does not grow with their rows, but for some numbers a row.

The other readers hold a file as Python's strings, which take ten times its size, and look at all of it before they
decide; they tell what is wrong to the row. Here pyarrow's reader divides what is plainly well formed. Whatever it
might read in another way than they do is :class:`~pipeline.data.large.plain.Irregular`, and left to them::

    plain.py       the bytes, in blocks: UTF-8 without anything that needs a closer look
    streams.py     which files are read in this way, and their rows as Arrow batches
    surveying.py   what is in a file and what is wrong with it, as pipeline/data/inspection.py tells it
    spooling.py    its texts, on disk
"""
