"""Transfer learning for text: what a run is, and how it is carried out.

Nothing is imported here, so that ``import pipeline.spec`` stays free of torch.
"""
