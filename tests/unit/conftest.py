"""How thoroughly the property tests look: `HYPOTHESIS_PROFILE=nightly` for ten times as many."""

import os

import torch
from hypothesis import HealthCheck, settings

# Deterministic: a failure in one run is a failure in the next. No deadline: the first call of an
# operator may compile or load something.
COMMON = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
settings.register_profile("default", max_examples=100, **COMMON)
settings.register_profile("nightly", max_examples=1000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# What compiles and exports sees each graph once: torch need not remember the steps of it. To
# remember more formulas than sympy does unless told is quicker. Both are read when first needed.
os.environ["TORCH_FAKE_TENSOR_DISPATCH_CACHE"] = "0"
os.environ["SYMPY_CACHE_SIZE"] = "20000"

# The tensors are tiny; a second thread would only wait for the first.
torch.set_num_threads(1)
