"""What the pages let you play with: live in a kernel, and in the web book without one.

Each class is an ipywidget (through anywidget), so it links, observes and nests with the others; its
JavaScript lives in `js/` and is bundled into `dist/` by `make widgets`.
"""

from utils.widgets.channels import Channels
from utils.widgets.dense_to_conv import DenseToConv
from utils.widgets.image_filter import ImageFilter
from utils.widgets.layer_cost import LayerCost
from utils.widgets.matrix_view import MatrixView
from utils.widgets.shape_calculator import ShapeCalculator
from utils.widgets.sliding_window import SlidingWindow
from utils.widgets.transposed import Transposed

__all__ = [
    "Channels",
    "DenseToConv",
    "ImageFilter",
    "LayerCost",
    "MatrixView",
    "ShapeCalculator",
    "SlidingWindow",
    "Transposed",
]
