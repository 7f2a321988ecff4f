"""The same operators as in `utils.loops`, general and fast, as an engineer would call them.

Names, arguments, defaults and results are those of `torch.nn.functional` (of `torchvision.ops` for
`deform_conv2d`), and so is what each refuses; the error says more. None of torch's own convolution,
pooling, unfold or fold is called.

Read `definition` first: one idea serves them all. A kernel of k_h·k_w taps slides over a picture;
turn the loops inside out, and each tap sees the whole picture at once, shifted. `windows` shows
these shifted pictures without copying a number. Multiply each by its weight and add: convolution.
Take the largest: max pooling. The mean: average pooling. Stack them: unfold. Write where the others
read: fold and transposed convolution. Let each tap look where an offset sends it: deformable
convolution.

Then read `conv2d`: it checks its arguments, has a geometry, chooses a way and calls it. `ways` has
all there are, one idea a file. What every operator does on its way in and out is in `door`.
"""

from utils.functional.avg_pooling import adaptive_avg_pool2d, avg_pool1d, avg_pool2d
from utils.functional.convolution import conv1d, conv2d
from utils.functional.deformable import deform_conv2d
from utils.functional.fast import conv2d_fft, conv2d_winograd
from utils.functional.max_pooling import max_pool1d, max_pool2d, max_unpool2d
from utils.functional.sliding import windows
from utils.functional.transposed import conv_transpose1d, conv_transpose2d
from utils.functional.unfolding import fold, unfold

__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "conv1d",
    "conv2d",
    "conv2d_fft",
    "conv2d_winograd",
    "conv_transpose1d",
    "conv_transpose2d",
    "deform_conv2d",
    "fold",
    "max_pool1d",
    "max_pool2d",
    "max_unpool2d",
    "unfold",
    "windows",
]
