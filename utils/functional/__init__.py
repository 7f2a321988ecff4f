"""The same operators as in `utils.loops`, general and fast, as an engineer would call them.

Names, arguments, defaults and results are those of `torch.nn.functional`, and so is what each
refuses; the error says more. None of torch's own convolution, pooling, unfold or fold is called.

One idea serves them all. A kernel of k_h·k_w taps slides over a picture; turn the loops inside out,
and each tap sees the whole picture at once, shifted. `windows` shows these shifted pictures without
copying a number. Multiply each by its weight and add: convolution. Take the largest: max pooling.
The mean: average pooling. Stack them: unfold. Write where the others read: fold and transposed
convolution.
"""

from utils.functional.convolution import conv1d, conv2d
from utils.functional.pooling import (
    adaptive_avg_pool2d,
    avg_pool1d,
    avg_pool2d,
    max_pool1d,
    max_pool2d,
)
from utils.functional.transposed import conv_transpose1d, conv_transpose2d
from utils.functional.unfolding import fold, unfold
from utils.functional.windows import windows

__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "conv1d",
    "conv2d",
    "conv_transpose1d",
    "conv_transpose2d",
    "fold",
    "max_pool1d",
    "max_pool2d",
    "unfold",
    "windows",
]
