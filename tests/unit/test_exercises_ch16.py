"""The checkers of chapter 16 accept what is right and tell typical mistakes apart."""

from exercise_checks import ExerciseChecks


def winograd(d, g):
    at_one, at_minus_one = (g[0] + g[1] + g[2]) / 2, (g[0] - g[1] + g[2]) / 2
    m0, m1 = (d[0] - d[2]) * g[0], (d[1] + d[2]) * at_one
    m2, m3 = (d[2] - d[1]) * at_minus_one, (d[3] - d[1]) * g[2]
    return [m0 + m1 + m2, m1 - m2 + m3]


def shared(d, g):
    """The halves multiplied, from the left, and other signs."""
    both, alternating = 0.5 * (g[0] + g[1] + g[2]), 0.5 * (g[0] + g[2] - g[1])
    m1, m2 = both * (d[1] + d[2]), -(alternating * (d[1] - d[2]))
    return (g[0] * (d[0] - d[2]) + m1 + m2, m1 - m2 - g[2] * (d[1] - d[3]))


def six(d, g):
    return [d[i] * g[0] + d[i + 1] * g[1] + d[i + 2] * g[2] for i in range(2)]


def five(d, g):
    (first, second), unused = winograd(d, g), d[0] * g[0]
    return first + unused - unused, second


def no_halves(d, g):
    return winograd(d, [g[0], g[1] * 2, g[2]])


def ratio(c_i, c_o, k):
    return (c_i * k * k + c_i * c_o) / (c_i * c_o * k * k)


RIGHT = {
    "16.1": [(73_856, 57_802_752, 100_352)],
    "16.2": [0.43, 1 - (37 / 49) ** 2],
    "16.3": [(289, 853), (289.01, 852.6)],
    "16.4": [(170, 180, 90)],
    "16.5": [(441, 2.25)],
    "16.6": [ratio, lambda c_i, c_o, k: 1 / c_o + 1 / k**2],
    "16.6p": [1 / 128 + 1 / 9, 0.119],
    "16.7": [(54, 26)],
    "16.8a": [winograd, shared],
    "16.8b": [(4, 2.25, 16 / 9), (4, 2.25, 1.78)],
    "16.9": [(9, 7)],
}

WRONG = {
    "16.1": [
        ((73_728, 57_802_752, 100_352), "a bias as well"),
        ((73_792, 57_802_752, 100_352), "each output channel"),
        ((24_704, 57_802_752, 100_352), "9 taps, not 3"),
        ((1_280, 57_802_752, 100_352), "all 64 input channels"),
        ((5, 57_802_752, 100_352), "as deep as the input"),
        ((73_856, 115_605_504, 100_352), "one product and one sum"),
        ((73_856, 231_211_008, 100_352), "places of the output"),
        ((73_856, 53_747_712, 100_352), "Mind the padding"),
        ((73_856, 57_903_104, 100_352), "added without a product"),
        ((73_856, 19_267_584, 100_352), "not 3"),
        ((73_856, 1, 100_352), "used once"),
        ((73_856, 57_802_752, 401_408), "28×28 pixels"),
        ((73_856, 57_802_752, 200_704), "numbers of the input"),
        ((73_856, 57_802_752, 784), "it has 128"),
        ((73_856, 57_802_752, 1), "times places"),
        ((1, 2), "3 whole numbers"),
    ],
    "16.2": [
        (0.57, "Asked is the rest"),
        (12 / 49, "Along one axis"),
        (24 / 49, "corners twice"),
        (0.06, "One of them is enough"),
        (48 / 49, "not windows"),
        (0.1, "3 + 2 + 1"),
        ("half", "one number"),
    ],
    "16.3": [
        ((144.5, 426.3), "two operations for each"),
        ((115.6, 341), "reaches 40%"),
        ((57.8, 170.5), "Twice too fast"),
        ((14.45, 42), "20 layers"),
        ((96.3, 284), "9 taps"),
        ((4.817, 14.2), "in seconds"),
        ((1, 2), "Prediction:"),
        ((289, 867), "Nearly"),
        ((289, 563.6), "the backward pass alone"),
        ((289, 578), "two gradients"),
        ((289, 289), "but for the first"),
        ("289", "2 numbers"),
    ],
    "16.4": [
        ((120, 120, 90), "Each layer needs two"),
        ((110, 120, 90), "add the forward pass"),
        ((180, 180, 90), "nobody asks"),
        ((60, 180, 90), "two times 60"),
        ((170, 170, 90), "no gradient is left out"),
        ((170, 180, 120), "frozen layers only"),
        ((170, 180, 70), "30 million"),
        ((170, 180, 30), "still runs"),
        ((170, 180, 60), "forward through all"),
        ((170, 180), "3 numbers"),
    ],
    "16.5": [
        ((27.5625, 2.25), "the batch has 16"),
        ((462.4, 2.25), "2²⁰"),
        ((110.25, 2.25), "has 4 bytes"),
        ((147, 2.25), "9 numbers"),
        ((6.89, 2.25), "all 64 channels"),
        ((882, 2.25), "number of kernels"),
        ((1, 2.25), "Pictures · channels"),
        ((441, 9), "fewer places"),
        ((441, 4.5), "rows and columns"),
        ((441, 1), "a quarter of the places"),
    ],
    "16.6": [
        (lambda c_i, c_o, k: 1 / c_o, "the 1×1 layer is missing"),
        (lambda c_i, c_o, k: 1 / k**2, "the depthwise one is missing"),
        (lambda c_i, c_o, k: 1 / c_o + 1 / k, "k² taps"),
        (lambda c_i, c_o, k: 1 / c_i + 1 / k**2, "not c_o"),
        (lambda c_i, c_o, k: 1 / ratio(c_i, c_o, k), "Upside down"),
        (lambda c_i, c_o, k: 1 / (c_o * k * k), "add their costs"),
        (lambda c_i, c_o, k: 0.5, "should be"),
        (0.119, "a function"),
    ],
    "16.6p": [
        (1 / 9, "the depthwise one is missing"),
        (1 / 128, "the 1×1 layer is missing"),
        (0.1267, "one for each input channel"),
        (0.341, "nine taps"),
        (8.4, "64·9 products"),
    ],
    "16.7": [
        ((115, 54), "is two"),
        ((50, 25), "Inputs and outputs"),
        ((53, 26), "24.9"),
        ((10, 26), "the least N"),
        ((54, 54), "The intensity doubles"),
        ((54, 27), "before rounding up"),
        ((54, 25), "for the weights alone"),
        ((54, 3), "2 bytes"),
        ((53.3, 26), "2 whole numbers"),
    ],
    "16.8a": [
        (six, "with six products"),
        (five, "with 5 products"),
        (lambda d, g: winograd(d, g)[::-1], "wrong order"),
        (lambda d, g: winograd(d, g[::-1]), "flipped"),
        (no_halves, "yours gives"),
        (lambda d, g: winograd(d, g)[0], "two numbers"),
        (lambda d, g: winograd(d, g)[:1], "two numbers"),
        (lambda d, g: [d[0] / g[0], 0], "division by a constant"),
        ([8, 14], "a function"),
    ],
    "16.8b": [
        ((16, 36, 64), "whole tile"),
        ((2, 1.5, 1.33), "one dimension"),
        ((1 / 4, 4 / 9, 9 / 16), "Upside down"),
        ((2.25, 4, 5.06), "factors saved"),
        ((4, 2.25, 1), "F(6×6, 3×3) evaluates"),
    ],
    "16.9": [
        ((7, 5), "not 8"),
        ((13, 11), "2k² operations"),
        ((11, 7), "Three transforms"),
        ((9, 9), "two transforms are left"),
        ((9, 3), "Two transforms"),
        ((9.5, 7), "2 whole numbers"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
