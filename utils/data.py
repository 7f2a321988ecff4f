"""The course's real data, all of it shipped with packages that the course needs anyway.

Nothing is downloaded: the photograph comes with matplotlib, the digits with scikit-learn.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor


def photograph(height: int = 120, color: bool = False) -> Tensor:
    """Rear Admiral Grace Hopper, scaled down by averaging whole blocks of pixels.

    Args:
        height: Rows of the result, in pixels; the width follows (the original is 600 by 512).
            It must divide 600.
        color: Keep the three colour planes instead of mixing them to grey.

    Returns:
        float32 in 0..1, shape `(height, width)`, or `(3, height, width)` with `color`.

    Raises:
        ValueError: if `height` does not divide 600.

    Example:
        >>> photograph(120).shape, photograph(60, color=True).shape
        (torch.Size([120, 102]), torch.Size([3, 60, 51]))

    Source: `grace_hopper.jpg` of matplotlib's sample data, a portrait by James S. Davis for the
    United States Navy (1984), in the public domain. The grey is the luma of ITU-R BT.601.
    """
    from matplotlib import image
    from matplotlib.cbook import get_sample_data

    path = str(get_sample_data("grace_hopper.jpg", asfileobj=False))
    pixels = image.imread(path, format="jpg").astype(np.float64) / 255
    if not isinstance(height, int) or height < 1 or pixels.shape[0] % height:
        raise ValueError(
            f"height must divide the photograph's {pixels.shape[0]} rows; got {height!r}"
        )
    block = pixels.shape[0] // height
    width = pixels.shape[1] // block
    pixels = pixels[:, : width * block].reshape(height, block, width, block, 3).mean(axis=(1, 3))
    if color:
        return torch.from_numpy(pixels.transpose(2, 0, 1).copy()).float()
    return torch.from_numpy(pixels @ np.array([0.299, 0.587, 0.114])).float()


def digits() -> tuple[Tensor, Tensor]:
    """The 1,797 handwritten digits of 8 by 8 pixels that ship with scikit-learn.

    Returns:
        Images, float32 in 0..1, shape `(1797, 8, 8)`, and labels, int64 0..9, shape `(1797,)`.

    Example:
        >>> images, labels = digits()
        >>> images.shape, labels[:5].tolist()
        (torch.Size([1797, 8, 8]), [0, 1, 2, 3, 4])

    Raises:
        ModuleNotFoundError: if scikit-learn is not installed.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI (1998).
    """
    found = find_spec("sklearn")
    if not found or not found.origin:
        raise ModuleNotFoundError("the digits ship with scikit-learn, which is not installed")
    # The file that its `load_digits` reads. To import that takes seconds: scipy and pandas as well.
    file = Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz"
    rows = np.loadtxt(file, delimiter=",", dtype=np.float32)
    pixels, labels = torch.from_numpy(rows).split([64, 1], 1)
    return pixels.reshape(-1, 8, 8) / 16, labels[:, 0].long()
