"""Speed compared: PyTorch and every variant of an export by turns, each in a process of its own.

Light to import, as a page is that reads what was measured: torch and onnxruntime are loaded in the processes alone.
"""
