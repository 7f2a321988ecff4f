"""The checkers of chapter 16 accept what is right and tell typical mistakes apart."""

from exercise_checks import ExerciseChecks


def ratio(c_i, c_o, k):
    return (c_i * k * k + c_i * c_o) / (c_i * c_o * k * k)


RIGHT = {
    "16.ap": [13, 13.0],
    "16.bp": [5],
    "16.cp": [1, "1/1"],
    "16.dp": [29],
    "16.1": [(73_856, 57_802_752, 100_352)],
    "16.2": [0.43, "43%", 1 - (37 / 49) ** 2],
    "16.3": [(289, 853), (289.01, 852.6)],
    "16.4": [(170, 180, 90)],
    "16.5": [ratio, lambda c_i, c_o, k: 1 / c_o + 1 / k**2],
    "16.5p": [1 / 100 + 1 / 25, 0.05],
    "16.6": [(54, 26)],
}

WRONG = {
    "16.ap": [
        (12, "what else"),
        (6, "four bytes"),
        (24, "two operations"),
        (27, "two operations"),
        (14, "smaller batch"),
        (1, "on the slope"),
    ],
    "16.bp": [
        (3, "no batch"),
        (7, "smaller kernel"),
    ],
    "16.cp": [
        (0.25, "the weights?"),
        (4, "the places?"),
        (0.5, "both sides"),
        (2, "a quarter"),
        (3, "places times weights"),
    ],
    "16.dp": [
        (30, "Which?"),
        (20, "two gradients"),
        (19, "gradients of inputs"),
        (28, "gradients of inputs"),
        (10, "forward pass alone"),
        (40, "Three lines"),
    ],
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
        (43, "between 0 and 1"),
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
        ((170e6, 180e6, 90e6), "in millions"),
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
        (lambda c_i, c_o, k: 1 / c_o, "the 1×1 layer is missing"),
        (lambda c_i, c_o, k: 1 / k**2, "the depthwise one is missing"),
        (lambda c_i, c_o, k: 1 / c_o + 1 / k, "k² taps"),
        (lambda c_i, c_o, k: 1 / c_i + 1 / k**2, "not c_o"),
        (lambda c_i, c_o, k: 1 / ratio(c_i, c_o, k), "Upside down"),
        (lambda c_i, c_o, k: 1 / (c_o * k * k), "add their costs"),
        (lambda c_i, c_o, k: 0.5, "should be"),
        (0.119, "a function"),
    ],
    "16.5p": [
        (1 / 25, "the depthwise one is missing"),
        (1 / 100, "the 1×1 layer is missing"),
        (0.0556, "one for each input channel"),
        (0.21, "25 taps"),
        (20, "64·25 products"),
    ],
    "16.6": [
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
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
