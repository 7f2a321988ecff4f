"""What the pages let you play with: live in a kernel, and in the web book without one.

Each class is an ipywidget (through anywidget), so it links, observes and nests with the others; its
JavaScript lives in `js/` and is bundled into `dist/` by `make widgets`.
"""

# The registry: one line a widget. What `utils` exports, what the tests run, follows from it.
from utils.widgets.answer import Answer as Answer
from utils.widgets.base import Explorable
from utils.widgets.causal_stack import CausalStack as CausalStack
from utils.widgets.channel_mix import ChannelMix as ChannelMix
from utils.widgets.channel_paths import ChannelPaths as ChannelPaths
from utils.widgets.channels import Channels as Channels
from utils.widgets.deformable import Deformable as Deformable
from utils.widgets.dense_to_conv import DenseToConv as DenseToConv
from utils.widgets.image_filter import ImageFilter as ImageFilter
from utils.widgets.layer_cost import LayerCost as LayerCost
from utils.widgets.matrix_view import MatrixView as MatrixView
from utils.widgets.network import Network as Network
from utils.widgets.receptive_field import ReceptiveField as ReceptiveField
from utils.widgets.reparameterize import Reparameterize as Reparameterize
from utils.widgets.shape_calculator import ShapeCalculator as ShapeCalculator
from utils.widgets.sliding_window import SlidingWindow as SlidingWindow
from utils.widgets.transposed import Transposed as Transposed

WIDGETS: dict[str, type[Explorable]] = {
    name: value
    for name, value in list(globals().items())
    if isinstance(value, type) and value is not Explorable
}
"""Every widget's class by its name."""

__all__ = list(WIDGETS)
