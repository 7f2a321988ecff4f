"""What every chapter's exercises are held to: right answers pass, wrong ones get their word."""

import torch

from utils.exercises import check


def say(capsys, key, answer):
    """What `check` prints about `answer`."""
    check(key, answer)
    return capsys.readouterr().out


class ExerciseChecks:
    """Subclass it with `right`, answers by key, and `wrong`, (answer, words of its message)."""

    right: dict
    wrong: dict

    def pytest_generate_tests(self, metafunc):
        if "key" in metafunc.fixturenames:
            cases = self.wrong if "wrong" in metafunc.function.__name__ else self.right
            metafunc.parametrize("key", cases)

    def test_right_answers_are_accepted(self, key, capsys):
        for answer in self.right[key]:
            said = say(capsys, key, answer)
            assert said.startswith(f"{key} right. "), (answer, said)

    def test_each_wrong_answer_has_its_own_message(self, key, capsys):
        for answer, words in self.wrong[key]:
            said = say(capsys, key, answer)
            assert said.startswith(f"{key} not yet. "), (answer, said)
            assert words in said, (answer, said)

    def test_unanswered(self, key, capsys):
        assert "not answered yet" in say(capsys, key, ...)

    def test_every_exercise_has_right_and_two_wrong_examples(self):
        assert self.right.keys() == self.wrong.keys()
        assert all(len(answers) >= 2 for answers in self.wrong.values())

    def test_checking_leaves_the_random_state_alone(self, capsys):
        before = torch.get_rng_state()
        for key, answers in self.right.items():
            say(capsys, key, answers[0])
        assert torch.get_rng_state().equal(before)
