"""The checkers of chapter 12 accept what is right and tell typical mistakes apart."""

from fractions import Fraction

import numpy as np
import torch
from exercise_checks import ExerciseChecks

RIGHT = {
    "12.ap": [32, 32.0, np.int64(32), torch.tensor(32), "32"],
    "12.bp": [(4, 4), [4.0, 4], torch.tensor([4, 4]), np.array([4, 4])],
    "12.cp": [8.4, 73728 / 8768, Fraction(73728, 8768), "8.41", torch.tensor(8.4)],
    "12.dp": [84, 75, 90.0, np.float32(80), torch.tensor(85), "84%", 0.84],
    "12.1": [(8, 4, 4), [8.0, 4, 4], torch.tensor([8, 4, 4]), np.array([8, 4, 4])],
    "12.2": [(10, 48, 2), [10.0, 48, 2], torch.tensor([10, 48, 2])],
    "12.3": [(15, 72), [15.0, 72.0], torch.tensor([15, 72])],
    "12.4": [(10, 4), [10.0, 4], torch.tensor([10, 4])],
    "12.5": [(3, 768), [3.0, 768], torch.tensor([3, 768])],
    "12.6": ["ACD", "a, c and d", {"A", "C", "D"}, ["D", "C", "A"]],
    "12.7": [(9344, 8480), [9344.0, 8480], torch.tensor([9344, 8480])],
    "12.8": [14, 14.0, np.int64(14), torch.tensor(14), "14"],
}

NAN = float("nan")
WRONG = {
    "12.ap": [
        (64, "four planes each"),
        (16, "kernel for each"),
        (8, "number of kernels"),
        (128, "four filters in both"),
        (33, "times 2·2"),
        (NAN, "a whole number"),
    ],
    "12.bp": [
        ((7, 7), "stride 1"),
        ((3, 3), "where the window begins"),
        ((2, 2), "padding of 2"),
        ((1, 1), "play no part"),
        ((4, 3), "Along each axis"),
        (4, "2 whole numbers"),
        ((4.5, 4), "2 whole numbers"),
    ],
    "12.cp": [
        (9, "Nearly"),
        (64, "1×1 half"),
        (7.9, "64 outputs"),
        (8, "over"),
        (8.5, "over"),
        (NAN, "a factor"),
    ],
    "12.dp": [
        (97, "More is lost"),
        (1, "one of a hundred, or all"),
        ("100%", "More is lost"),
        (91, "Somewhat more"),
        (0.5, "as bad as that"),
        (10, "Guessing"),
        (50, "as bad as that"),
        (101, "between 0 and 100"),
        (-1, "between 0 and 100"),
        ("most", "percent of the digits"),
    ],
    "12.1": [
        ((4, 4, 4), "number of filters"),
        ((6, 4, 4), "Four filters"),
        ((8, 8, 4), "one plane only"),
        ((8, 2, 4), "still four"),
        ((8, 3, 4), "every plane of its group"),
        ((8, 4, 2), "in each of the two"),
        ((8, 4, 3), "each output channel"),
        ((8, 4), "3 whole numbers"),
    ],
    "12.2": [
        ((12, 48, 2), "96 has 12"),
        ((20, 48, 2), "240 has 20"),
        ((9, 48, 2), "One is missing"),
        ((7, 48, 2), "greatest common divisor"),
        ((10, 96, 2), "96 does not"),
        ((10, 240, 2), "240 does not"),
        ((10, 24, 2), "divides both"),
        ((10, 48, 5), "filters a group"),
        ((10, 48, 1), "c_i over g"),
        ((10, 48, NAN), "3 whole numbers"),
    ],
    "12.3": [
        ((14, 72), "8.97"),
        ((16, 72), "fewer outputs"),
        ((9, 72), "1/25"),
        ((15, 71), "7.99"),
        ((15, 100), "fewer outputs"),
        ((15, 64), "1/8"),
        ((0, 72), "(a) A layer has at least one"),
        ((15, -4), "(b) A layer has at least one"),
        (15, "2 whole numbers"),
    ],
    "12.4": [
        ((11, 4), "counted from 0"),
        ((6, 4), "4 groups of 3"),
        ((7, 4), "first and the last"),
        ((9, 4), "three rows"),
        ((10, 3), "the same"),
        ((10, 1), "moves nothing"),
        ((10, 12), "moves nothing"),
        ((10, 2), "which shape"),
        ("back", "2 whole numbers"),
    ],
    "12.5": [
        ((2, 768), "16 inputs"),
        ((16, 768), "is multiplied"),
        ((6, 768), "groups of 2"),
        ((5, 768), "4·4"),
        ((3, 256), "one of them"),
        ((3, 4096), "one full layer"),
        ((3, 192), "in every layer"),
        ((3,), "2 whole numbers"),
    ],
    "12.6": [
        ("ABCD", "multiple of [1, 2]"),
        ("ACDE", "one input channel"),
        ("CD", "Something is missing"),
        ("AD", "may be 0"),
        ("AC", "with one output"),
        (14, "string of letters"),
    ],
    "12.7": [
        ((8768, 8480), "depthwise layer first"),
        ((8192, 8480), "one half"),
        ((73728, 8480), "128 planes"),
        ((9344, 10496), "dearer"),
        ((9344, 8192), "alone"),
        ((9344, 9344), "how few"),
        (9344, "2 whole numbers"),
    ],
    "12.8": [
        (16, "Not all"),
        (15, "one is out of reach"),
        (2, "Asked is"),
        (17, "16 functions in all"),
        (-1, "16 functions in all"),
        (12, "More are in reach"),
        (2.5, "a whole number"),
        (NAN, "a whole number"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
