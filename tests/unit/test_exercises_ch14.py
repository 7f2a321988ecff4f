"""The checkers of chapter 14 accept what is right and tell typical mistakes apart."""

import math
from fractions import Fraction

import numpy as np
import torch
from exercise_checks import ExerciseChecks

RIGHT = {
    "14.ap": [5, 5.0, Fraction(5), np.int64(5), torch.tensor(5.0), "5"],
    "14.bp": [4, 4.0, torch.tensor(4), "4", 3.99999999996, 3.99971],
    "14.cp": [79, 74, 83.0, np.float32(78), torch.tensor(81), "79%", 0.79],
    "14.1": [(19, 37, 22), [19.0, 37, 22], torch.tensor([19, 37, 22])],
    "14.2": [(5, 3, 1.5), [5.0, 3, Fraction(3, 2)], torch.tensor([5, 3, 1.5])],
    "14.3": [(12, 20), [12.0, 20], np.array([12, 20]), (12.0068, 20.0081)],
    "14.4": [(36, 900, 54), [36.0, 900, 54], torch.tensor([36, 900, 54])],
    "14.5": [(-2, 0, 1, 1), [-2.0, 0, 1, 1], torch.tensor([-2, 0, 1, 1])],
    "14.6": ["ABC", "a, b and c", {"A", "B", "C"}, ["C", "A", "B"]],
    "14.7": [(5184, 1152), [5184.0, 1152], np.array([5184, 1152])],
    "14.8": [(0.5, 2.2), (2, 2.2), (0.5000002, math.log(9)), torch.tensor([0.5, 2.2])],
}

NAN = float("nan")
WRONG = {
    "14.ap": [
        (7, "mean of the four"),
        (3, "upper row"),
        (4, "a pixel"),
        (16, "a pixel"),
        (5.5, "quarter of the way down"),
        (11, "half and half"),
        (NAN, "a number"),
    ],
    "14.bp": [
        (8, "to the right"),
        (6, "half-way"),
        (14, "across a corner"),
        (2, "Mix both"),
        (5, "each count"),
        ("much", "a number"),
    ],
    "14.cp": [
        (95, "no improvement"),
        (84, "Not quite"),
        (10, "as bad as that"),
        (101, "between 0 and 100"),
        (-1, "between 0 and 100"),
        (NAN, "percent of the digits"),
    ],
    "14.1": [
        ((0, 37, 22), "not the weights"),
        ((25, 37, 22), "ordinary sum"),
        ((19, 25, 22), "to the right"),
        ((19, 43, 22), "one row"),
        ((19, 37, 25), "whole pixel"),
        ((19, 37, 19), "the mean of two"),
        ((19, 37), "3 numbers"),
    ],
    "14.2": [
        ((20, 3, 1.5), "add up to 1"),
        ((6, 3, 1.5), "count alike"),
        ((5, 4, 1.5), "not on the pixel"),
        ((5, 1, 1.5), "nearer to the 4"),
        ((5, 4.5, 1.5), "above the first row"),
        ((5, 3.5, 1.5), "Mix the 4"),
        ((5, 3, 6), "along both"),
        ((5, 3, 3), "along one"),
        ((5, 3, 0), "less than a pixel"),
        ((5, 3, 4.5), "which share"),
        ((5, 3, NAN), "3 numbers"),
    ],
    "14.3": [
        ((6, 20), "times the weight"),
        ((20, 20), "Half of each"),
        ((24, 20), "not added up"),
        ((16, 20), "half and half"),
        ((12, 10), "Times the weight"),
        ((12, 12), "lower row"),
        ((12, 16), "half-way down"),
        ((12, 15), "row says"),
        (12, "2 numbers"),
    ],
    "14.4": [
        ((18, 900, 54), "one group"),
        ((576, 900, 54), "share"),
        ((9, 900, 54), "two numbers"),
        ((36, 36, 54), "one place"),
        ((36, 28800, 54), "share"),
        ((36, 450, 54), "of its own"),
        ((36, 900, 18), "are the masks"),
        ((36, 900, 27), "one group"),
        ((36, 900, 45), "masks of its own"),
        ((36, 900, 72), "not two"),
        ((36, 900, 50), "Three numbers"),
        ((36, 900.5, 54), "3 whole numbers"),
    ],
    "14.5": [
        ((-3, 0, 1, 1), "How far"),
        ((2, 0, 1, 1), "Up is"),
        ((0, -2, 1, 1), "Rows come first"),
        ((-2, 1, 1, 1), "3 above"),
        ((-2, 0, 0, 1), "How far"),
        ((-2, 0, 1, -1), "against the clock"),
        ((-2, 0, 0, 0), "to the right of it"),
        ((-2, 0), "4 whole numbers"),
    ],
    "14.6": [
        ("ABCD", "the input"),
        ("D", "the input"),
        ("BC", "neighbouring"),
        ("AC", "by the weight"),
        ("AB", "by the mask"),
        (14, "string of letters"),
    ],
    "14.7": [
        ((18432, 1152), "itself"),
        ((10368, 1152), "64 channels"),
        ((2592, 1152), "two numbers"),
        ((576, 1152), "kernel of nine"),
        ((5000, 1152), "18 filters"),
        ((5184, 288), "Four pixels"),
        ((5184, 36), "one channel"),
        ((5184, 2304), "share"),
        ((5184, 1), "multiplied"),
        (5184, "2 whole numbers"),
    ],
    "14.8": [
        ((0, 2.2), "not 0"),
        ((1, 2.2), "masks do"),
        ((0.7, 2.2), "1/(1 + 1)"),
        ((0.5, 0.9), "after the sigmoid"),
        ((0.5, -2.2), "would be 0.1"),
        ((0.5, 9), "logarithm"),
        ((0.5, 2), "must be 9"),
        ((0.5,), "2 numbers"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
