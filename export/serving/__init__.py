"""Exported models over HTTP: ``python -m export serve FOLDER…``.

The process holds onnxruntime, tokenizers, numpy, FastAPI and uvicorn; torch, transformers, pandas and gradio stay out
of it. A request goes this way::

    connections.py  how many are open, and how long a head may take
    joined.py       what is written to it goes out at once
    gate.py         key, size, deadlines, whether the server is going down
    shortcut.py     whether it is a prediction; all else goes through FastAPI
    routes.py       paths; app.py puts them together, and page.py shows them
    asking.py       what becomes of one request
    questions.py    the body, as questions of the model's task; limits
    models.py       a model's present generation, which a reload replaces
    batcher.py      the one thread that computes for all clients; waiting.py says who is next
    answers.py      what goes back
"""
