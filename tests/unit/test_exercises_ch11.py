"""The checkers of chapter 11 accept what is right and tell typical mistakes apart."""

import numpy as np
import torch
from exercise_checks import ExerciseChecks

from utils.shapes import receptive_field


def by_convolving(k, dilations):
    ways = np.ones(1)
    for d in dilations:
        taps = np.zeros(d * (k - 1) + 1)
        taps[::d] = 1
        ways = np.convolve(ways, taps)
    return np.count_nonzero(ways)


def by_sets(k, dilations):
    found = {0}
    for d in dilations:
        found = {at + d * tap for at in found for tap in range(k)}
    return len(found)


def size(k, dilations):
    return receptive_field([(k, 1, d) for d in dilations]).size


RIGHT = {
    "11.ap": [15, 15.0, np.int64(15), torch.tensor(15), "15"],
    "11.bp": [25, 22, 27.0, 30],
    "11.cp": [49, 49.0, np.float32(49), "49"],
    "11.1": [(30, 5), [30.0, 5.0], torch.tensor([30, 5]), np.array([30, 5])],
    "11.2": [(50, 6, 5), [50, 6.0, 5], torch.tensor([50, 6, 5])],
    "11.3": ["BDE", "b, d and e", {"B", "D", "E"}, ["E", "D", "B"]],
    "11.4": [(16, 4, 10, 25), [16.0, 4, 10, 25], torch.tensor([16, 4, 10, 25])],
    "11.5": [by_sets, by_convolving],
    "11.6": [(1, 4, 4, 7), [1.0, 4, 4, 7], torch.tensor([1, 4, 4, 7])],
    "11.7": [(150, 5), [150.0, 5.0], torch.tensor([150, 5])],
    "11.8": [(1, 2, 4), [1.0, 2, 4], torch.tensor([1, 2, 4])],
}

NAN = float("nan")
WRONG = {
    "11.ap": [
        (10, "not three"),
        (31, "on each side"),
        (16, "Nearly"),
        (4, "too few"),
        (0, "some layers"),
        (40, "more than needed"),
        (2.5, "a whole number"),
        (NAN, "a whole number"),
    ],
    "11.bp": [
        (52, "four times 13"),
        (13, "It does grow"),
        (17, "more than that"),
        (40, "less than that"),
        (81, "less than that"),
        (0, "field of 81×81"),
        (-3, "field of 81×81"),
        (100, "field of 81×81"),
    ],
    "11.cp": [
        (169, "Not all"),
        (27, "in one dimension"),
        (7, "In a row"),
        (9, "reads 3×3"),
        (85, "Half of them"),
        (36, "Near"),
        (100, "Take one row"),
        (170, "has 169"),
        ("all", "a whole number"),
    ],
    "11.1": [
        ((29, 5), "near"),
        ((60, 5), "at stride 1"),
        ((34, 5), "without dilation"),
        ((27, 5), "without the padding"),
        ((12, 5), "spans"),
        ((30, 10), "both sides add"),
        ((30, 1), "without dilation"),
        ((30, 4), "costs 10 rows"),
        (30, "2 whole numbers"),
        ((30.5, 5), "2 whole numbers"),
    ],
    "11.2": [
        ((100, 6, 5), "on each side"),
        ((51, 6, 5), "before any layer"),
        ((34, 6, 5), "not three"),
        ((7, 6, 5), "1 + 2L"),
        ((50, 5, 5), "63 pixels"),
        ((50, 7, 5), "Fewer do"),
        ((50, 50, 5), "(b) The field"),
        ((50, 6, 6), "Larger dilations"),
        ((50, 6, 4), "81 pixels"),
        ((50, 6, 1), "leave holes"),
        ((50, 6, 9), "as large as the field"),
        ((50, 6), "3 whole numbers"),
    ],
    "11.3": [
        ("ABDE", "all dilations are even"),
        ("BCDE", "4 apart"),
        ("BDEF", "no dilation is 1"),
        ("DE", "Something is missing. B"),
        ("BE", "order"),
        ("BD", "touch"),
    ],
    "11.4": [
        ((14, 4, 10, 25), "before the last pooling"),
        ((12, 4, 10, 25), "two rows"),
        ((9, 4, 10, 25), "k − 1 steps"),
        ((16, 2, 10, 25), "multiply"),
        ((16, 3, 10, 25), "product"),
        ((16, 4, 12, 27), "padding of 2"),
        ((16, 4, -2, 13), "output 0"),
        ((16, 4, 6, 21), "counted from 0"),
        ((16, 4, 9, 24), "output 0 begins"),
        ((16, 4, 10, 26), "counts as well"),
        ((16, 4, 10, 24), "from row 10"),
        ((16, 4), "4 whole numbers"),
    ],
    "11.5": [
        (7, "is a function"),
        (size, "size of the field"),
        (lambda k, dilations: k ** len(dilations), "number of ways"),
        (lambda k, dilations: by_sets(k, dilations) ** 2, "of one row"),
        (lambda k, dilations: by_sets(3, dilations), "three taps"),
        (lambda k, dilations: 7, "is 21, not 7"),
        (lambda k, dilations: None, "Is there a `return`?"),
        (lambda k, dilations: NAN, "number"),
    ],
    "11.6": [
        ((9, 0, 0, 7), "no multiple of 3"),
        ((4, 4, 1, 7), "How many groups"),
        ((1, 2, 4, 7), "one of the two"),
        ((1, 3, 5, 7), "meets two groups"),
        ((1, 4, 5, 7), "nine in all"),
        ((1, 4, 4, 11), "without dilation"),
        ((1, 4, 4, 3), "Put all"),
        ((1, 4, 4, 9), "d(k − 1)"),
    ],
    "11.7": [
        ((10, 5), "square root"),
        ((67, 5), "Turned over"),
        ((100, 5), "not 1"),
        ((149, 5), "not yet 10"),
        ((151, 5), "Fewer do"),
        ((150, 4), "56.7"),
        ((150, 2), "Too few"),
        ((150, 7), "Fewer do"),
        ((150,), "2 whole numbers"),
    ],
    "11.8": [
        ((2, 2, 1), "as before"),
        ((3, 2, 4), "anything changed"),
        ((1, 1, 4), "between them"),
        ((1, 4, 4), "first stride"),
        ((1, 2, 2), "two strides"),
        ((1, 2, 1), "strides before it"),
        ((1, 2, 3), "how far apart"),
        ((1, 2), "3 whole numbers"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
