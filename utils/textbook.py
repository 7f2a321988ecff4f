"""d2l, the textbook's own package, as a second opinion.

`from utils.textbook import d2l` is `from d2l import torch as d2l` with one repair made first, and
only where it is needed. Importing it takes about two seconds, so import it where you use it.
"""

import torch


def _import_torchvision() -> None:
    """Import torchvision, also where its compiled operators do not match a CPU-only torch.

    torchvision's wheels on PyPI are built for CUDA. Beside a CPU build of torch their compiled
    library is left out and the import stops at the first operator it decorates. Declaring the two
    that it asks for is enough: d2l's convolution chapters never call them.
    """
    try:
        import torchvision
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision

        # A Library that is collected takes its declarations with it.
        torchvision._declared_by_the_course = library


_import_torchvision()
from d2l import torch as d2l  # noqa: E402

__all__ = ["d2l"]
