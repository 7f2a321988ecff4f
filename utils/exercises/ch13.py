"""What the exercises of chapter 13, one dimension, accept and what they answer."""

import contextlib

import torch
from torch.nn import functional as F

from utils.exercises import Wrong, exercise
from utils.exercises.answers import (
    Array,
    Call,
    Function,
    Integer,
    Integers,
    Letters,
    Number,
    Numbers,
    Percentage,
    agree,
    same,
)
from utils.exercises.page import Page


@exercise(
    "13.ap",
    Number("decibels"),
    Page(
        known=(8.24, 8.2, 8.4, 6.67, 0.82, 0, 15, 6.2, 0.15, 1200, -8.2),
        labels=("dB",),
        ask="0 dB before. After the filter, to one decimal:",
        marks=((8, 8.1, 8.14, 8.15, 8.5, 8.84, 8.85, 9, -8.5, -8),),
    ),
)
def decibels_gained(gained: float) -> str:
    """10 log10 of 8000 / 1200."""
    if 6.6 <= gained <= 6.7:
        raise Wrong("The sound is that many times as strong. Now take ten times the logarithm.")
    if 0.8 <= gained <= 0.85:
        raise Wrong("That is the logarithm. Decibels are ten times as many.")
    if -8.5 <= gained <= -8:
        raise Wrong("The sound is now the stronger one, so the number is above 0.")
    if gained == 0:
        raise Wrong("0 dB means as strong as each other. Most of the noise is gone.")
    if not 8.15 <= gained < 8.85:  # up to what is measured, seed by seed
        raise Wrong("1,200 of 8,000 parts are left. Ten times the logarithm of 8000/1200.")
    return "10·log₁₀(8000/1200) is 8.2, and what is measured a little more."


@exercise(
    "13.bp",
    Percentage("letters of 100"),
    Page(
        known=(27, 99, 32, 3, 50, 0, 1, 90, 25, 30, 22, 66),
        labels=("Of 100",),
        ask="Tested, it names 99 of 100 letters. When it really writes:",
        marks=((0.11, 0.12, 0.19, 0.2, 0.31, 0.32, 0.8, 0.81, 0.99, 20, 31, 80, 12, 100),),
    ),
)
def named_when_writing(percent: float) -> str:
    """What the layer with same padding names when nothing stands after t."""
    if percent > 80:
        raise Wrong("What it had learned was to copy the next letter, and there is none now.")
    if percent > 31:
        raise Wrong("Fewer. The causal layer names 32, and it has learned to do without.")
    if percent < 12:
        raise Wrong("More. It still sees two letters, and some pairs are common.")
    if percent < 20:
        raise Wrong("Somewhat more.")
    return "About 27, fewer than the causal layer."


@exercise(
    "13.cp",
    Integer("a whole number of samples"),
    Page(
        known=(1024, 1023, 513, 512, 11, 20, 2048, 5120, 10),
        labels=("Samples",),
        ask="Ten causal layers, k = 2, dilations 1, 2, 4, ..., 512:",
    ),
)
def wavenet_block(samples: int) -> str:
    """The field of a block of WaveNet's."""
    if samples == 1023:
        raise Wrong("That is the past alone. The output sees its own moment too.")
    if samples in (512, 513):
        raise Wrong("That is the last layer alone. The others add their dilations.")
    if samples == 11:
        raise Wrong("That is without dilation.")
    if samples == 2048:
        raise Wrong("That takes one layer more.")
    if samples != 1024:
        raise Wrong("One, and for each layer its dilation.")
    return "1 + 1 + 2 + 4 + ... + 512."


@exercise(
    "13.1",
    Integers(3, "zeros before, outputs to cut, samples of the future"),
    Page(
        known=(
            (12, 12, 2),
            (4, 12, 2),
            (6, 12, 2),
            (15, 12, 2),
            (13, 12, 2),
            (12, 6, 2),
            (12, 24, 2),
            (12, 0, 2),
            (12, 12, 6),
            (12, 12, 12),
            (12, 12, 4),
            (12, 12, 0),
        ),
        labels=("(a) Zeros before", "(b) Outputs to cut", "(c) Samples of the future"),
    ),
)
def zeros_before(answer: tuple[int, ...]) -> str:
    """Causal padding for k 5, d 3; what to cut with both sides; what same padding sees."""
    zeros, cut, future = answer
    if zeros == 4:
        raise Wrong("(a) Four steps from the first tap to the last, but how long is each?")
    if zeros == 6:
        raise Wrong("(a) That is half of it, as for a centred layer.")
    if zeros in (13, 15):
        raise Wrong("(a) The last tap stands on the moment itself and needs no zero.")
    if zeros != 12:
        raise Wrong("(a) (k − 1)·d.")
    if cut == 24:
        raise Wrong("(b) Only the outputs that see past the end have to go.")
    if cut != 12:
        raise Wrong("(b) How many outputs are there more than samples?")
    if future == 6:
        raise Wrong("(c) It reaches six steps ahead. How many taps stand there?")
    if future == 4:
        raise Wrong("(c) Four taps stand beside its own moment. Which of them are in the future?")
    if future != 2:
        raise Wrong("(c) Five taps, three apart, the middle one on the moment itself.")
    return "4·3 zeros, 12 outputs too many, and the taps at t + 3 and t + 6."


@exercise(
    "13.2",
    Integers(2, "samples after three blocks, blocks for half a second"),
    Page(
        known=(
            (3070, 8),
            (3072, 8),
            (3069, 8),
            (1024, 8),
            (3070, 7),
            (3070, 9),
            (3070, 16),
            (3070, 13),
        ),
        labels=("(a) Samples", "(b) Blocks"),
    ),
)
def wavenet_blocks(answer: tuple[int, ...]) -> str:
    """Field of three blocks, and blocks for 8,000 samples."""
    samples, blocks = answer
    if samples == 3072:
        raise Wrong("(a) The one sample from which a block counts is the same for all three.")
    if samples == 3069:
        raise Wrong("(a) That is the past alone.")
    if samples == 1024:
        raise Wrong("(a) That is one block.")
    if samples != 3070:
        raise Wrong("(a) One, and 1,023 for each block.")
    if blocks == 7:
        raise Wrong("(a) is right. (b) Seven blocks see 7,162 samples.")
    if blocks == 16:
        raise Wrong("(a) is right. (b) That is for a whole second.")
    if blocks == 13:
        raise Wrong("(a) is right. (b) 13 layers would do if the dilations went on doubling.")
    if blocks != 8:
        raise Wrong("(a) is right. (b) Half a second is 8,000 samples.")
    return "1 + 3·1,023, and 1 + 8·1,023 = 8,185."


@exercise(
    "13.3",
    Integers(3, "causal, without padding, centred"),
    Page(
        known=(
            (1, 31, 16),
            (0, 31, 16),
            (31, 31, 16),
            (16, 31, 16),
            (1, 30, 16),
            (1, 16, 16),
            (1, 1, 16),
            (1, 31, 15),
            (1, 31, 31),
            (1, 31, 1),
        ),
        labels=("(a) Causal", "(b) No padding", "(c) Centred"),
    ),
)
def first_output(answer: tuple[int, ...]) -> str:
    """Samples that must have come before the first output of k 3, d 1 2 4 8."""
    causal, valid, centred = answer
    if causal == 0:
        raise Wrong("(a) Output 0 sees sample 0, so that one must be there.")
    if causal != 1:
        raise Wrong("(a) In place of the past stand zeros. What else does output 0 see?")
    if valid == 30:
        raise Wrong("(b) That is the past alone.")
    if valid != 31:
        raise Wrong("(b) All that the output sees must be there: 1 + (k − 1)(1 + 2 + 4 + 8).")
    if centred == 15:
        raise Wrong("(c) That is the future alone. Sample 0 must be there as well.")
    if centred == 31:
        raise Wrong("(c) Half of the field lies before the signal, and zeros stand there.")
    if centred != 16:
        raise Wrong("(c) Each layer reaches its dilation into the future. Add them up.")
    return "Sample 0 alone; all of the field; and 15 after sample 0."


@exercise(
    "13.4",
    Integers(2, "numbers held, multiplications"),
    Page(
        known=(
            (32736, 20480),
            (1023, 20480),
            (32768, 20480),
            (33056, 20480),
            (320, 20480),
            (65472, 20480),
            (32736, 10240),
            (32736, 640),
            (32736, 2048),
            (32736, 2095104),
        ),
        labels=("(a) Numbers held", "(b) Multiplications"),
    ),
)
def streaming_cost(answer: tuple[int, ...]) -> str:
    """What a block of 32 channels holds, and its products for one sample."""
    held, products = answer
    if held == 1023:
        raise Wrong("(a) That many samples. Each has 32 numbers.")
    if held == 32768:
        raise Wrong("(a) That is the field, its newest sample too. Add up what the layers hold.")
    if held == 33056:
        raise Wrong("(a) That is with the newest sample of each layer. The others are old.")
    if held == 320:
        raise Wrong("(a) A layer holds (k − 1)·d old samples, and d grows.")
    if held != 32736:
        raise Wrong("(a) 32 times the sum of all dilations.")
    if products == 10240:
        raise Wrong("(a) is right. (b) A kernel has two taps.")
    if products == 640:
        raise Wrong("(a) is right. (b) Every output channel reads all 32 input channels.")
    if products == 2048:
        raise Wrong("(a) is right. (b) That is one layer.")
    if products == 2095104:
        raise Wrong("(a) is right. (b) That is without the buffers.")
    if products != 20480:
        raise Wrong("(a) is right. (b) Layers, times 32 outputs of 32·2 products each.")
    return "32·1,023 numbers, and 10·32·32·2 products."


_AHEAD = {
    "B": "B: its zero stands after the signal. Where does its window end?",
    "C": "C: a pooling has a window too, and it is centred here.",
    "E": "E: when is the mean of the whole signal known?",
}
_BACK = {
    "A": "A: with k = 1 an output sees one moment.",
    "D": "D: what does a ReLU see?",
    "F": "F: moved to the right, is it earlier or later?",
}


@exercise("13.5", Letters("ABCDEF"), Page(known=("ADF",)))
def causal_parts(letters: frozenset[str]) -> str:
    """The parts that see nothing of the future."""
    for letter in sorted(letters & _AHEAD.keys()):
        raise Wrong(_AHEAD[letter])
    for letter in sorted(_BACK.keys() - letters):
        raise Wrong(f"Something is missing. {_BACK[letter]}")
    return "None of them sees anything after t."


@exercise(
    "13.6",
    Function("causal_conv1d(X, W, d)", Array("a tensor of c_o rows and n columns", 2), pure=True),
)
def causal_by_hand(function: Call) -> str:
    """`causal_conv1d(X, W, d)`: X (c_i, n), W (c_o, c_i, k) to (c_o, n)."""
    try:
        return _causal(function, torch.float32)
    except Wrong:
        with contextlib.suppress(Wrong):  # a layer of the reader's own may be in float64
            return _causal(function, torch.float64)
        raise


def _causal(function: Call, dtype: torch.dtype) -> str:
    """Praise `function`, or raise `Wrong`, for inputs of this dtype."""
    draw = torch.Generator().manual_seed(0)
    for c_i, c_o, k, n, d in (
        (1, 1, 3, 8, 1),
        (1, 1, 2, 6, 1),
        (2, 3, 2, 7, 1),
        (3, 2, 3, 12, 2),
        (2, 2, 4, 5, 3),
        (1, 2, 1, 4, 2),
    ):
        X = torch.randint(-4, 5, (c_i, n), generator=draw).to(dtype)
        W = torch.randint(-4, 5, (c_o, c_i, k), generator=draw).to(dtype)
        got, span = function(X, W, d), (k - 1) * d
        want = F.conv1d(F.pad(X, (span, 0)), W, dilation=d)
        if agree(got, want):
            continue
        if n > span and agree(got, F.conv1d(X, W, dilation=d)):
            raise Wrong("There are too few outputs: zeros are missing before the signal.")
        if agree(got, F.conv1d(F.pad(X, (0, span)), W, dilation=d)):
            raise Wrong("Your zeros stand after the signal, so the outputs see the future.")
        if agree(got, F.conv1d(F.pad(X, (span // 2, span - span // 2)), W, dilation=d)):
            raise Wrong("Your zeros stand on both sides, so the outputs see the future.")
        if agree(got, F.conv1d(F.pad(X, (span, 0)), W.flip(2), dilation=d)):
            raise Wrong("Your kernel is flipped: its last tap should stand on the newest sample.")
        if d > 1 and agree(got, F.conv1d(F.pad(X, (k - 1, 0)), W)):
            raise Wrong("Right for d = 1, but with dilation the taps stand d apart.")
        same(got, want, function.described((X, W, d)))
    return "All the past, and nothing of the future."


@exercise(
    "13.7",
    Integers(2, "samples, hertz"),
    Page(
        known=(
            (320, 100),
            (160, 100),
            (640, 100),
            (50, 100),
            (321, 100),
            (320, 150),
            (320, 75),
            (320, 51),
        ),
        labels=("(a) Samples", "(b) Hertz"),
    ),
)
def silenced_hum(answer: tuple[int, ...]) -> str:
    """The least window whose mean silences 50 Hz, and the next frequency that it silences."""
    samples, hertz = answer
    if samples == 160:
        raise Wrong("(a) That is half a period. Its mean depends on where the hum started.")
    if samples == 640:
        raise Wrong("(a) That silences it as well, but it is not the least.")
    if samples != 320:
        raise Wrong("(a) How many samples does one period of the hum take?")
    if hertz == 150:
        raise Wrong("(a) is right. (b) Of which wave do two periods fit into the window?")
    if hertz != 100:
        raise Wrong("(a) is right. (b) Which wave is next to fill the window with whole periods?")
    return "One period of 50 Hz is 16,000/50 samples, and two of 100 Hz."


@exercise(
    "13.8",
    Numbers(2, "bits a letter, bits more"),
    Page(
        known=((2.25, 4), (9, 4), (2.5, 4), (2, 4), (0.25, 4), (2.25, 1), (2.25, 13), (2.25, 10)),
        labels=("(a) Bits per letter", "(b) Bits more in all"),
    ),
)
def counted_bits(answer: tuple[float, ...]) -> str:
    """The mean of 1, 2, 3 and 3 bits, and what 1/1024 for one letter adds."""
    mean, more = (round(bits, 4) for bits in answer)  # logarithms in float32 are not exact
    if mean == 9:
        raise Wrong("(a) 9 for the four letters together. How many for one?")
    if mean == 2:
        raise Wrong("(a) That is from the mean of the chances. Take the mean of the bits.")
    if mean != 2.25:
        raise Wrong("(a) 1/2 costs one bit, 1/4 two, 1/8 three. Take their mean.")
    if more == 1:
        raise Wrong("(a) is right. (b) That is for one letter. Asked is for all four.")
    if more == 13:
        raise Wrong("(a) is right. (b) That is what it needs. How many more than the first?")
    if more != 4:
        raise Wrong("(a) is right. (b) 1/1024 costs ten bits, since 2 to the tenth is 1024.")
    return "9/4 bits, and 13 − 9."
