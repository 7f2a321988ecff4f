"""The checkers of chapter 18 accept what is right and tell typical mistakes apart."""

from fractions import Fraction

import numpy as np
import torch
from exercise_checks import ExerciseChecks

MAX = [[0, 8, 0, 0], [0, 0, 4, 0]]
RIGHT = {
    "18.ap": [94, 0.94, "94%", 80, np.float32(98), torch.tensor(90)],
    "18.bp": [("dense 1", "convolution 2"), ["Dense 1", "Convolution 2"]],
    "18.dp": [2, 2.0, "2", torch.tensor(2)],
    "18.cp": [52, 0.52, "50%", 35, np.int64(66), torch.tensor(48.0)],
    "18.1": [(117078, 4), [117078.0, 4], torch.tensor([117078, 4]), np.array([117078, 4])],
    "18.2": [(1176, 152410), [1176.0, 152410], torch.tensor([1176, 152410])],
    "18.3": [(8, 20, 13), [8.0, 20, 13], torch.tensor([8, 20, 13])],
    "18.4": [MAX, torch.tensor(MAX), np.array(MAX, dtype=float)],
    "18.5": [(0.25, 1 / 256), (Fraction(1, 4), Fraction(1, 256)), ("1/4", "1/256")],
    "18.6": [(9, 4, 32), [9.0, 4, 32], np.array([9, 4, 32])],
    "18.7": [(1, 25), [1.0, 25], torch.tensor([1, 25])],
    "18.8": [(0.6, 0.76), (0.6, 0.7635), ["3/5", 0.764], torch.tensor([0.6, 0.763])],
}

NAN = float("nan")
WRONG = {
    "18.ap": [
        (99, "close calls"),
        (10, "Far more"),
        (0, "Far more"),
        (0.5, "one product of many"),
        (75, "one product of many"),
        (101, "between 0 and 100"),
        (NAN, "percent of the digits"),
    ],
    "18.bp": [
        (("convolution 2", "convolution 2"), "shared by all places"),
        (("dense 2", "convolution 2"), "reads the most"),
        (("dense 1", "convolution 1"), "one plane only"),
        (("dense 1", "dense 1"), "at every place"),
        (("dense 1",), "the layer with"),
        (5, "the layer with"),
    ],
    "18.cp": [
        (95, "what reads the last maps"),
        (70, "Fewer"),
        (10, "an eighth"),
        (0.2, "an eighth"),
        (-1, "between 0 and 100"),
        ("some", "percent of the digits"),
    ],
    "18.dp": [
        (0, "Nearly"),
        (1, "Nearly"),
        (5, "Fewer"),
        (10, "nine changes"),
        (-1, "nine changes"),
        (NAN, "a whole number"),
    ],
    "18.1": [
        ((123412, 4), "Not everything"),
        ((69078, 4), "more to read"),
        ((112278, 4), "12 maps"),
        ((117034, 4), "has a bias"),
        ((61706, 4), "layer by layer"),
        ((117078, 2), "Both its input"),
        ((117078, 8), "as large as before"),
        ((117078, 3), "planes that each reads"),
        (117078, "2"),
    ],
    "18.2": [
        ((4704, 152410), "first pooling"),
        ((400, 152410), "LeNet's"),
        ((196, 152410), "one of the maps"),
        ((1175, 152410), "rows, times columns"),
        ((1176, 59290), "more to read"),
        ((1176, 154826), "are gone"),
        ((1176, 141240), "alone"),
        ((1176, 152290), "has biases"),
        ((1176, 61706), "three dense"),
    ],
    "18.3": [
        ((10, 20, 13), "(a) That is behind"),
        ((5, 20, 13), "two pixels long"),
        ((7, 20, 13), "has a window"),
        ((9, 20, 13), "k − 1"),
        ((8, 22, 13), "(b) That is behind"),
        ((8, 13, 13), "(b) Behind the pooling"),
        ((8, 21, 13), "k = 7"),
        ((8, 20, 14), "with the pooling"),
        ((8, 20, 9), "longer, too"),
        ((8, 20, 12), "Two layers"),
        ((8, 20, NAN), "3 whole numbers"),
    ],
    "18.4": [
        ([[2, 2, 1, 1], [2, 2, 1, 1]], "average pooling"),
        ([[0, 4, 0, 0], [0, 0, 5, 0]], "numbers that were read"),
        ([[0, 1, 0, 0], [0, 0, 1, 0]], "behind the pooling is"),
        ([[8, 8, 4, 4], [8, 8, 4, 4]], "Only one number"),
        ([[0, 2, 0, 0], [0, 0, 1, 0]], "How much"),
        ([[0, 8], [0, 4]], "2 rows of 4"),
        ("max", "the gradient"),
    ],
    "18.5": [
        ((0.5, 1 / 256), "not the slope"),
        ((1, 1), "a ReLU"),
        ((0.3, 1 / 256), "largest"),
        ((0.25, 1 / 16), "four of them"),
        ((0.25, 1), "multiplied, not added"),
        ((0.25, 4), "Multiply four"),
        ((0.25, 256), "smaller"),
        ((0.25, 0.004), "Nearly"),
        ((NAN, 1), "the largest slope"),
    ],
    "18.6": [
        ((13, 4, 32), "window of 5×5"),
        ((33, 4, 32), "step of one"),
        ((2, 4, 32), "overlap"),
        ((10, 4, 32), "one size after the other"),
        ((9, 2, 32), "Both poolings"),
        ((9, 8, 32), "product of the strides"),
        ((9, 4, 16), "second pooling"),
        ((9, 4, 64), "made for"),
    ],
    "18.7": [
        ((100, 25), "reads the same"),
        ((0, 25), "not empty"),
        ((2, 25), "than the next"),
        ((1, 1), "beside"),
        ((1, 3), "which side"),
        ((1, 5), "from left to right"),
        ((1, 9), "by one or by two"),
        ((1, 16), "In how many ways"),
    ],
    "18.8": [
        ((4.8, 0.76), "the sum"),
        ((1, 0.76), "signs"),
        ((0.5, 0.76), "two of them negative"),
        ((0.6, 2.16), "root of 8"),
        ((0.6, 0.27), "not by 8"),
        ((0.6, 0.32), "Times"),
        ((0.6, 1.53), "end to end"),
        ((0.6, 0.63), "for many values"),
        ((0.6, 0.8), "two decimals"),
        ((0.6, 0.9), "over the root"),
        ((0.6, NAN), "the mean"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
