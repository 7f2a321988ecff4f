"""Go a few planes at a time: what is made in between stays in a cache, and little is held at once.

Channels that do not mix can be worked on one after the other. A step that goes over all of a large
picture reads it from memory and writes it back; a step that goes over a few planes finds them where
the step before has left them.
"""

from collections.abc import Iterator

from torch import Tensor


def parts(x: Tensor, axis: int, numbers: int) -> Iterator[slice]:
    """Cut an axis of x into parts of about so many numbers, at least one entry each."""
    step = max(1, numbers * x.shape[axis] // max(1, x.numel()))
    return (slice(first, first + step) for first in range(0, x.shape[axis], step))
