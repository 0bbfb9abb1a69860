"""The browser dashboard: what it shows, and what happens when somebody presses something.

``handlers`` decide (services and values in, records out), ``views`` draw (records in, HTML
out), ``tabs`` place Gradio's components and connect the two. Only ``tabs``, ``forms``,
``wiring``, ``page``, ``theme``, ``layout`` and ``languages`` import gradio.
"""
