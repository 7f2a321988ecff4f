"""The checkers of chapter 17 accept what is right and tell typical mistakes apart."""

from exercise_checks import ExerciseChecks


def four(d, g):
    P = (d[1] + d[2]) * ((g[0] + g[1]) / 2)
    Q = (d[2] - d[1]) * ((g[0] - g[1]) / 2)
    return [(d[0] - d[2]) * g[0] + P + Q, P - Q, P + Q + (d[3] - d[1]) * g[1]]


def halved_pictures(d, g):
    """The halves on the picture's side, from the left, and other signs."""
    P = (g[0] + g[1]) * (0.5 * (d[1] + d[2]))
    Q = (g[1] - g[0]) * ((d[1] - d[2]) / 2)
    return (g[0] * (d[0] - d[2]) + P + Q, P - Q, P + Q - g[1] * (d[1] - d[3]))


def thirds(d, g):
    """Factors that binary fractions only come near: x · 3 · (1/3)."""
    return [number * 3 * (1 / 3) for number in four(d, g)]


def six(d, g):
    return [d[i] * g[0] + d[i + 1] * g[1] for i in range(3)]


def five(d, g):
    (first, *others), unused = four(d, g), d[0] * g[0]
    return first + unused - unused, *others


def no_halves(d, g):
    return four(d, [g[0], g[1] * 2])


RIGHT = {
    "17.ap": [5, 5.0],
    "17.bp": [16],
    "17.cp": [4],
    "17.1": [(12544, 49, 1, 7), [12544, 49, 1, 7]],
    "17.2": [(441, 2.25)],
    "17.3": [four, halved_pictures, thirds],
    "17.4": [(4, 2.25, 16 / 9), (4, 2.25, 1.78)],
    "17.5": [(100, 49)],
    "17.6": [(9, 7)],
}

WRONG = {
    "17.ap": [
        (25, "im2col"),
        (1, "overlap"),
        (10, "1×5"),
    ],
    "17.bp": [
        (8, "itself"),
        (36, "what windows take"),
        (4, "products of rows"),
        (24, "six can be four"),
        (9, "How many"),
    ],
    "17.cp": [
        (60, "wants"),
        (5, "stays inside"),
        (2, "Here are five"),
        (8, "over the start"),
        (0, "From which on"),
    ],
    "17.1": [
        ((112, 49, 1, 7), "one inside the other"),
        ((224, 49, 1, 7), "one inside the other"),
        ((11236, 49, 1, 7), "each place"),
        ((12544, 7, 1, 7), "more of them"),
        ((12544, 9, 1, 7), "Taps: one product"),
        ((12544, 49, 49, 7), "one matrix"),
        ((12544, 49, 1, 112), "not of the picture"),
        ((12544, 49, 1, 49), "row of the kernel"),
    ],
    "17.2": [
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
    "17.3": [
        (six, "with six products"),
        (five, "with 5 products"),
        (lambda d, g: four(d, g)[::-1], "wrong order"),
        (lambda d, g: four(d, g[::-1]), "flipped"),
        (no_halves, "yours gives"),
        (lambda d, g: four(d, g)[0], "three numbers"),
        (lambda d, g: four(d, g)[:2], "three numbers"),
        (lambda d, g: [d[0] / g[0], 0, 0], "division by a constant"),
        ([2, 5, 8], "a function"),
    ],
    "17.4": [
        ((16, 36, 64), "whole tile"),
        ((2, 1.5, 1.33), "one dimension"),
        ((1 / 4, 4 / 9, 9 / 16), "Upside down"),
        ((2.25, 4, 5.06), "factors saved"),
        ((4, 2.25, 1), "8·8 products for 36 outputs; that is not 1 each"),
    ],
    "17.5": [
        ((10, 7), "along one axis. A tile"),
        ((81, 64), "16 − 7 + 1"),
        ((256, 16), "go round"),
        ((250, 49), "last k − 1"),
        ((100, 36), "60 of the 64"),
        ((100, 41), "whole tiles"),
        ((100, 7), "that is along one axis"),
        ((100, 50), "rounded up"),
    ],
    "17.6": [
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
