"""Two ways to convolve that are never chosen by themselves: they trade digits for time."""

from torch import Tensor

from utils.functional import definition
from utils.functional.arguments import Call, Ints
from utils.functional.convolution import add_bias, read_layer
from utils.functional.door import as_given, as_pictures, operator, plain
from utils.functional.ways import choose
from utils.functional.ways.polynomials import check_tile, multiply_polynomials
from utils.functional.ways.spectra import multiply_spectra


@operator(autocast="lower")
def conv2d_fft(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints | str = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Tensor:
    """Compute what `conv2d` computes by multiplying spectra; the same arguments and refusals.

    The spectrum of a cross-correlation is the picture's times that of the kernel turned round. So
    the work for one output does not grow with the kernel. Spectra come from the fast Fourier
    transform, of the whole picture or of tiles that overlap, whichever is cheaper.

    Sums come out right but for rounding: the error is small against the largest numbers of a
    picture and not, as in `conv2d`, against those in the window. A NaN or an infinity spoils its
    whole tile.

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` without a batch; floats or complex numbers.
        weight: `(O, C / groups, k_h, k_w)`.
        bias: `(O,)`, or None.
        stride: As for `conv2d`. All places are computed; those between are dropped.
        padding: As for `conv2d`.
        dilation: As for `conv2d`. It costs nothing: a spread kernel has as many taps.
        groups: As for `conv2d`.

    Returns:
        `(N, O, o_h, o_w)`, or `(O, o_h, o_w)`, as `conv2d`.

    Raises:
        TypeError: as `conv2d`, and for integers: a spectrum is made of fractions.
        ValueError: as `conv2d`.

    Example:
        >>> import torch
        >>> X = torch.arange(9.).reshape(1, 1, 3, 3)
        >>> K = torch.tensor([[[[0., 1.], [2., 3.]]]])
        >>> conv2d_fft(X, K).round()
        tensor([[[[19., 25.],
                  [37., 43.]]]])
        >>> conv2d_fft(X.long(), K.long())
        Traceback (most recent call last):
        ...
        TypeError: conv2d_fft(input (1, 1, 3, 3), weight (1, 1, 2, 2)): not defined for \
torch.int64: a spectrum is made of fractions

    Source: M. Mathieu, M. Henaff and Y. LeCun, Fast training of convolutional networks through FFTs
    (2013); in tiles: A. Zlateski, Z. Jia, K. Li and F. Durand, FFT convolutions are faster than
    Winograd on modern CPUs, here is why (2018).
    """
    call = Call("conv2d_fft", 2, input=input, weight=weight, bias=bias)
    layer = read_layer(call, stride, padding, dilation, groups)
    call.check_dtype(input.dtype, complex_=True, because=": a spectrum is made of fractions")
    x, kernels = as_pictures(input, 2), as_pictures(weight, 2)
    # torch.fft refuses to transform nothing.
    way = multiply_spectra if plain(x, kernels) and x.numel() else choose(x, kernels, layer)
    return as_given(add_bias(way(x, kernels, layer), bias), input, 2, x, kernels)


@operator(autocast="lower")
def conv2d_winograd(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints | str = 0,
    dilation: Ints = 1,
    groups: int = 1,
    tile: int = 2,
) -> Tensor:
    """Compute what `conv2d` computes with a 3x3 kernel, with 2 to 5 times fewer multiplications.

    Of the 9 multiplications for an output and an input channel there are left 4, 2.25 or 1.78 with
    tiles of 2x2, 4x4 or 6x6 outputs. The larger the tile, the more digits are lost: in float32 the
    error is about that of `conv2d` with tiles of 2, 5 to 8 times that with 4, 10 to 18 with 6.

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` without a batch; floats or complex numbers.
        weight: `(O, C / groups, 3, 3)`.
        bias: `(O,)`, or None.
        stride: 1; a larger one would use few of a tile's outputs.
        padding: As for `conv2d`.
        dilation: 1.
        groups: As for `conv2d`.
        tile: Rows and columns of outputs that are made together: 2, 4 or 6.

    Returns:
        `(N, O, o_h, o_w)`, or `(O, o_h, o_w)`, as `conv2d`.

    Raises:
        TypeError: as `conv2d`, and for integers: the matrices hold fractions.
        ValueError: as `conv2d`, and if the kernel is not 3x3, the stride or the dilation is not 1,
            or there are no matrices for the tile.

    Example:
        >>> import torch
        >>> X = torch.arange(16.).reshape(1, 1, 4, 4)
        >>> K = torch.arange(9.).reshape(1, 1, 3, 3)
        >>> conv2d_winograd(X, K)
        tensor([[[[258., 294.],
                  [402., 438.]]]])
        >>> conv2d_winograd(X, K[..., :2])
        Traceback (most recent call last):
        ...
        ValueError: conv2d_winograd(input (1, 1, 4, 4), weight (1, 1, 3, 2)): the kernel must be \
3x3; got 3x2

    Source: A. Lavin and S. Gray, Fast algorithms for convolutional neural networks (2016), section
    4; S. Winograd, Arithmetic complexity of computations (1980).
    """
    call = Call("conv2d_winograd", 2, input=input, weight=weight, bias=bias)
    layer = read_layer(call, stride, padding, dilation, groups)
    call.check_dtype(input.dtype, complex_=True, because=": the matrices hold fractions")
    if layer.kernel_size != (3, 3):
        raise call.refusal("the kernel must be 3x3; got {}x{}".format(*layer.kernel_size))
    for name, value in (("stride", layer.stride), ("dilation", layer.dilation)):
        if value != (1, 1):
            raise call.refusal(f"{name} must be 1; got {value}")
    check_tile(call, tile)
    x, kernels = as_pictures(input, 2), as_pictures(weight, 2)
    way = multiply_polynomials(tile) if plain(x, kernels) and x.numel() else definition.convolve
    return as_given(add_bias(way(x, kernels, layer), bias), input, 2, x, kernels)
