"""Measure `utils.functional` beside `torch.nn.functional`: `python -m benchmarks`."""
