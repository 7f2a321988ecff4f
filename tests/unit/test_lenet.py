"""LeNet and its variants, the split of the digits, and the stored runs of the ablation."""

import ablation  # tools/ablation.py
import pytest
import torch
from torch import nn

from utils.lenet import Settings, enlarged, interval, lenet, runs, split

STORED = runs()


def test_as_it_stands_it_is_the_textbooks():
    net = lenet(seed=3)
    shapes = [tuple(p.shape) for p in net.parameters()]
    assert shapes[::2] == [(6, 1, 5, 5), (16, 6, 5, 5), (120, 400), (84, 120), (10, 84)]
    assert sum(p.numel() for p in net.parameters()) == 61_706
    assert sum(isinstance(layer, nn.Sigmoid) for layer in net) == 4
    again = lenet(seed=3).state_dict()
    assert all(p.equal(again[name]) for name, p in net.state_dict().items())
    assert all(not p.any() for p in list(net.parameters())[1::2])


@pytest.mark.parametrize(
    ("settings", "maps", "parameters"),
    [
        (Settings(pooling="max"), (16, 5, 5), 61_706),
        (Settings(pooling="stride"), (16, 5, 5), 61_706),
        (Settings(padding=True), (16, 8, 8), 136_586),
        (Settings(kernel=3), (16, 6, 6), 81_194),
        (Settings(kernel=7), (16, 3, 3), 33_434),
        (Settings(width=0.5), (8, 5, 5), 15_738),
        (Settings(width=2.0), (32, 5, 5), 244_362),
        (Settings(convolutions=1), (6, 14, 14), 152_410),
        (Settings(convolutions=3), (16, 5, 5), 68_122),
    ],
)
def test_each_change_has_its_sizes(settings, maps, parameters):
    net = lenet(settings)
    flatten = next(i for i, layer in enumerate(net) if isinstance(layer, nn.Flatten))
    assert net[:flatten](torch.zeros(2, 1, 32, 32)).shape == (2, *maps)
    assert net(torch.zeros(2, 1, 32, 32)).shape == (2, 10)
    assert sum(p.numel() for p in net.parameters()) == parameters


def test_no_digit_is_judged_by_that_was_trained_on_or_chosen_by():
    images, labels = enlarged()
    assert images.shape == (1797, 1, 32, 32) and labels.shape == (1797,)
    kept = split(0)[1]
    for seed in range(8):
        parts = split(seed)
        assert [len(part) for part in parts] == [1000, 297, 500]
        assert torch.cat(parts).unique().numel() == 1797
        assert parts[1].equal(kept)
    assert not split(0)[2].equal(split(1)[2])


def test_the_stored_runs_are_those_of_the_script():
    assert list(STORED) == list(ablation.rows(lambda row: STORED[row]))
    for settings, trained in STORED.items():
        assert [run.seed for run in trained] == list(ablation.SEEDS), settings
        for run in trained:
            assert 0 <= run.chosen <= 297 and 0 <= run.right <= 500 and run.loss > 0


@pytest.mark.parametrize(
    "settings", [*STORED][:: len(STORED) // 6], ids=lambda row: f"{row.activation}-{row.rate}"
)
def test_a_stored_run_begins_as_the_script_begins(settings):
    """Ten steps of the first seed; other processors round differently."""
    assert abs(ablation.train(settings, 0, steps=10).start - STORED[settings][0].start) < 0.02


def test_stopped_and_started_again_it_trains_what_is_missing(tmp_path, monkeypatch):
    file, trained = tmp_path / "ablation.json", []

    def fake(settings, seed, steps=None):
        if len(trained) in stop:
            stop.remove(len(trained))
            raise KeyboardInterrupt
        trained.append((settings, seed))
        return ablation.Run(seed, 2.0, 1.0, round(1000 * settings.rate), 450)

    stop = [11]
    monkeypatch.setattr(ablation, "train", fake)
    with pytest.raises(KeyboardInterrupt):
        ablation.main(file)
    ablation.main(file)
    assert len(trained) == len(set(trained)) == 8 * (3 * len(ablation.RATES) + 18)
    assert {row.rate for row, _ in trained if row.kernel == 3} == {max(ablation.RATES)}
    before = file.read_text(encoding="utf-8")
    ablation.main(file)
    assert file.read_text(encoding="utf-8") == before
    file.write_text(before.replace('"epochs": 15', '"epochs": 16'), encoding="utf-8")
    with pytest.raises(SystemExit, match="another way"):
        ablation.main(file)


def test_the_interval_is_students():
    """Of 1, 2, 3, 4: mean 2.5, s = 1.291, t = 3.182 with 3 degrees of freedom."""
    mean, half = interval(torch.tensor([1, 2, 3, 4]))
    assert mean == 2.5 and half == pytest.approx(3.18245 * 1.290994 / 2, rel=1e-5)
