"""What programs can ask of Graft: every action of the page as a named function with typed arguments.

A function here reads its arguments, calls the handlers that the page calls, and tells what it found as plain
data. Gradio shows the functions on its API page, and offers them to assistants as tools.

==============  =================================================================================
``kinds``       the arguments that several functions have, each with its description
``references``  how a program names files, encoders and specs, and whose they may be
``server``      about the server, and who calls
``files``       bringing files, and looking at them
``forms``       from files to a spec: what the doctor says, a recipe, a preset
``starting``    from a spec to a run, what it would take, which source to take
``watching``    runs at work: list, progress, log, waiting
``managing``    cancel, resume, rename, share, delete; a run's spec
``comparing``   models side by side
``asking``      texts put to exported models
``exporting``   ONNX files
``endpoints``   the table of all of them
``describing``  from a function to its description and schema
``calling``     what happens around a call: language, visitor, errors
``registering`` into Gradio
``tools``       the protocol by which assistants call (MCP)
==============  =================================================================================

Only ``files``, ``exporting``, ``comparing`` (for files that are sent), ``calling``, ``registering`` and ``tools``
import gradio.
"""
