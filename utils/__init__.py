"""The shared module of The Sliding Window: what every chapter imports.

Read `loops` for the definitions, `functional` for the same operators made general and fast,
`shapes` for the arithmetic of sizes and costs. `widgets` are what the pages let you play with,
`figures` draws still pictures, `data` loads the photograph and the digits, `exercises` checks
answers, `textbook` fetches d2l.

Importing `utils` is light: neither matplotlib nor d2l nor the network is touched until used.
"""

from utils._version import __version__
from utils.loops import corr2d
from utils.shapes import (
    conv_cost,
    effective_kernel_size,
    output_size,
    receptive_field,
    same_padding,
    transposed_output_size,
)
from utils.widgets import (
    Channels,
    DenseToConv,
    ImageFilter,
    LayerCost,
    MatrixView,
    ShapeCalculator,
    SlidingWindow,
    Transposed,
)

__all__ = [
    "Channels",
    "DenseToConv",
    "ImageFilter",
    "LayerCost",
    "MatrixView",
    "ShapeCalculator",
    "SlidingWindow",
    "Transposed",
    "__version__",
    "conv_cost",
    "corr2d",
    "effective_kernel_size",
    "output_size",
    "receptive_field",
    "same_padding",
    "transposed_output_size",
]
