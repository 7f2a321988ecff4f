"""What every chapter's exercises are held to: right answers pass, wrong ones get their word."""

from utils.exercises import verdict


class ExerciseChecks:
    """Subclass it with `right` and `wrong`.

    Attributes:
        right: Answers by key, the notebook's own first.
        wrong: By key, pairs of an answer and words of what it is told.
    """

    right: dict
    wrong: dict

    def pytest_generate_tests(self, metafunc):
        if "key" in metafunc.fixturenames:
            cases = self.wrong if "wrong" in metafunc.function.__name__ else self.right
            metafunc.parametrize("key", cases)

    def test_right_answers_are_accepted(self, key):
        for answer in self.right[key]:
            said = verdict(key, answer)
            assert said.kind == "right", (answer, said)

    def test_each_wrong_answer_has_its_own_message(self, key):
        for answer, words in self.wrong[key]:
            said = verdict(key, answer)
            assert said.kind == "wrong" and words in said.message, (answer, words, said)

    def test_every_exercise_has_right_and_two_wrong_examples(self):
        assert self.right.keys() == self.wrong.keys()
        assert all(len(answers) >= 2 for answers in self.wrong.values())
