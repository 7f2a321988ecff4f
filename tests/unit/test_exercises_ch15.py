"""The checkers of chapter 15 accept what is right and tell typical mistakes apart."""

from fractions import Fraction

import numpy as np
import torch
from exercise_checks import ExerciseChecks

RIGHT = {
    "15.ap": [(5, 18, 25), [5.0, 18, 25], torch.tensor([5, 18, 25]), np.array([5, 18, 25])],
    "15.bp": [1.8, 65600 / 36864, Fraction(65600, 36864), "1.78", torch.tensor(1.8)],
    "15.cp": [21, 19, 23, 21.0, np.int64(21), torch.tensor(20), "21"],
    "15.1": [(75456, 9408, 98), [75456.0, 9408, 98], torch.tensor([75456, 9408, 98])],
    "15.2": ["ACD", "a, c and d", {"A", "C", "D"}, ["D", "C", "A"]],
    "15.3": [(121, 21), [121.0, 21], torch.tensor([121, 21])],
    "15.4": [(510, 485), [510.0, 485], torch.tensor([510, 485])],
    "15.5": [(120, 241, 20), [120.0, 241, 20], torch.tensor([119.99998, 241, 19.999996])],
    "15.6": [
        (2, 4, 2, -3),
        [2.0, 4, 2, -3],
        torch.tensor([2, 4, 2, -3]),
        ("2", 4, 2, "-3"),
        (1.9999975, 3.999995, 2.00011, -3.00003),  # with PyTorch's eps of 1e-5
    ],
    "15.7": ["ACF", "a, c and f", {"A", "C", "F"}],
    "15.8": [(7, 5.0), (7, 5.04), [7, 6027392 / 1196032], torch.tensor([7, 5.0])],
}

NAN = float("nan")
WRONG = {
    "15.ap": [
        ((6, 18, 25), "overlap"),
        ((9, 18, 25), "along the row"),
        ((7, 18, 25), "three layers"),
        ((4, 18, 25), "each side"),
        ((5, 9, 25), "two kernels"),
        ((5, 20, 25), "3·3 weights"),
        ((5, 18, 36), "side times side"),
        ((5, 18), "3 whole numbers"),
    ],
    "15.bp": [
        (107, "the area"),
        (64, "much larger ones"),
        (1.7, "comes on top"),
        (2, "over 36,864"),
        (0.6, "over 36,864"),
        (NAN, "a factor"),
    ],
    "15.cp": [
        (33, "whole view"),
        (15, "is wider"),
        (17, "Somewhat wider"),
        (25, "Not as wide"),
        (31, "Not as wide"),
        (2.5, "a whole number"),
    ],
    "15.1": [
        ((110592, 9408, 98), "reads 3 channels"),
        ((5184, 9408, 98), "read 64 channels"),
        ((8384, 9408, 98), "pairs of channels"),
        ((1, 9408, 98), "twice 64·64"),
        ((75456, 200704, 98), "reads 3 channels"),
        ((75456, 3136, 98), "3·64 pairs"),
        ((75456, 9408, 99), "Nearly"),
        ((75456, 9408, 116), "9m²"),
        ((75456, 9408, 64), "larger m"),
        (75456, "3 whole numbers"),
    ],
    "15.2": [
        ("ABCD", "1 + x⁴ + y⁴"),
        ("ACDE", "how many choices"),
        ("CD", "column times a row"),
        ("AD", "one in the middle"),
        ("AC", "row of five"),
        (14, "string of letters"),
    ],
    "15.3": [
        ((120, 21), "Nearly"),
        ((107, 21), "counted too"),
        ((122, 21), "fewer channels"),
        ((64, 21), "still more"),
        ((121, 22), "An odd one"),
        ((121, 23), "more than 8·64"),
        ((121, 19), "a larger one"),
        (121, "2 whole numbers"),
    ],
    "15.4": [
        ((255, 485), "two strips"),
        ((2601, 485), "whole 51×51"),
        ((485, 485), "its own weights"),
        ((500, 485), "51·5"),
        ((510, 510), "counted twice"),
        ((510, 2601), "corners"),
        ((510, 400), "what they share"),
        (510, "2 whole numbers"),
    ],
    "15.5": [
        ((15, 31, 20), "the same view"),
        ((80, 161, 20), "adds 8/12"),
        ((10, 21, 20), "over (3² − 1)/12"),
        ((120, 240, 20), "in the middle"),
        ((120, 31, 20), "see more"),
        ((120, 361, 20), "two more"),
        ((120, 241, 5), "the same view"),
        ((120, 241, 40), "over (7² − 1)/12"),
        (120, "3 whole numbers"),
    ],
    "15.6": [
        ((1, 4, 2, -3), "4/2"),
        ((0, 4, 2, -3), "3×3 kernel alone"),
        ((2, 2, 2, -3), "The edges"),
        ((2, 4, 8, -3), "is missing"),
        ((2, 4, 5, -3), "1 over ½"),
        ((2, 4, 3, -3), "2·4"),
        ((2, 4, 2, -7), "below zero"),
        ((2, 4, 2, 1), "scaled and subtracted"),
        ((2, 4, 2, -5), "one of the branches"),
        ((2, 4, 2, 2), "one of the branches"),
        ((2, 4, 2, 0), "Each branch adds"),
        ((2, 4, 2), "4 "),
        ((2, 4, 2, NAN), "bias"),
    ],
    "15.7": [
        ("ABCF", "ReLU"),
        ("ACDF", "max pooling"),
        ("ACEF", "training mode"),
        ("CF", "same pixels"),
        ("AF", "mean of nine"),
        ("AC", "two kernels in a row"),
        (3, "string of letters"),
    ],
    "15.8": [
        ((5, 5.0), "still less"),
        ((13, 5.0), "128×128"),
        ((9, 5.0), "smaller kernel"),
        ((3, 5.0), "still take fewer"),
        ((7, 6.6), "2·31²"),
        ((7, 3.4), "2·31²"),
        (7, "2 "),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
