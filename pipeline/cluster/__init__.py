"""A run's stages on the machines of a Ray cluster: ``GRAFT_ENGINE=ray``.

Only what is asked for by that engine is here, and only here and in ``export/serving/replicas.py`` is Ray imported::

    driver.py       in the run's worker process: follows the plan, hands out stages, tells what comes of them
    connecting.py   the way into the cluster, and how large its machines are
    needs.py        what a stage asks of a machine
    order.py        what a machine is told, and what it answers
    desk.py         where machines tell their events and learn of a cancellation
    bench.py        at a machine: one stage
    scratch.py      what of a machine's disk that takes
    folders.py      models in folders of this machine, brought along
    together.py     one training by several machines, by Ray Train
"""
