"""Data sets of the Hugging Face Hub, brought here once as a file; from then on they are files like any other.

:mod:`pipeline.hub.asking` is for whoever must not load the libraries that fetch them.
"""
