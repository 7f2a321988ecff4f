"""The network that the page holds: what its file says of it is so. Nothing is trained here."""

import base64

import pytest
import torch
import train_network
from torch import nn

from utils import data
from utils import digits_network as network

STORED = network.stored()


def test_the_file_holds_the_weights_of_these_layers_as_hundredths():
    packed = base64.b64decode(STORED["weights"], validate=True)
    assert len(packed) == sum(p.numel() for p in network.layers().parameters()) == 2698
    model = network.model()
    for parameter in model.parameters():
        hundredths = (100 * parameter).round()
        assert (parameter - hundredths / 100).abs().max() < 1e-7
        assert hundredths.abs().max() <= 127 and hundredths.unique().numel() > 5
        assert not parameter.requires_grad
    assert not model.training
    # In the order of the layers: the first kernel stands first, the last bias last.
    numbers = [n - 256 * (n > 127) for n in packed]
    first, last = next(model.parameters()), list(model.parameters())[-1]
    assert numbers[:9] == (100 * first[0, 0]).round().flatten().int().tolist()
    assert numbers[-10:] == (100 * last).round().int().tolist()


def test_its_maps_have_the_sizes_that_the_page_draws():
    X, shapes = network.held_out()[0][:2], []
    for layer in network.model():
        X = layer(X)
        shapes.append(tuple(X.shape[1:]))
    assert shapes == [(8, 12, 12)] * 2 + [(8, 6, 6)] + [(16, 6, 6)] * 2 + [
        (16, 3, 3),
        (144,),
        (10,),
    ]


def test_the_stored_accuracy_is_that_of_the_stored_network():
    found = train_network.accuracies(network.model())
    assert set(found) == set(STORED["accuracy"])
    for kind, share in found.items():
        assert share == pytest.approx(STORED["accuracy"][kind], abs=0.005), kind
    assert found["centred"] > 0.95 and found["shifted"] > 0.9 and found["strokes"] > 0.85


def test_no_digit_that_was_held_out_is_trained_on():
    images, _ = data.digits()
    held, labels = network.held_out()
    seen, _ = network.training()
    assert len(held) + len(seen) == len(images) and labels.bincount().min() >= 20
    kept = {tuple(image.flatten().tolist()) for image in seen}
    unseen = images[:: network.HELD_OUT]
    assert torch.equal(network.centred(unseen), held)
    assert not any(tuple(image.flatten().tolist()) in kept for image in unseen)


def test_the_examples_are_held_out_and_the_last_is_misread():
    held, labels = network.held_out()
    known = {(int(y), network.pack(x)) for x, y in zip(held[:, 0], labels, strict=True)}
    given = [tuple(example) for example in STORED["examples"]]
    assert set(given) <= known
    assert [label for label, _ in given[:-1]] == list(range(10))
    fields = torch.stack([network.unpack(picture) for _, picture in given])[:, None]
    read = network.model()(fields).argmax(1).tolist()
    assert [digit == label for digit, (label, _) in zip(read, given, strict=True)] == [
        True
    ] * 10 + [False]


def test_a_field_is_packed_and_unpacked():
    field = torch.arange(144).remainder(11).view(12, 12) / 10
    assert network.pack(field)[:12] == "0123456789A0"
    assert torch.equal(network.unpack(network.pack(field)), field)


def test_tenths_round_halves_upwards_as_the_pad_counts():
    counts = torch.arange(17) / 16
    assert (10 * network.tenths(counts)).round().int().tolist() == [
        0, 1, 1, 2, 3, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9, 9, 10
    ]  # fmt: skip


def test_the_placing_keeps_a_digit_whole_and_in_tenths():
    images, _ = network.training()
    dice = torch.Generator().manual_seed(1)
    fields = train_network.placed(images[:300], dice)
    assert fields.shape == (300, 1, 12, 12)
    assert torch.equal(network.tenths(fields), fields)
    assert fields.min() >= 0 and fields.max() <= 1 and fields.sum((1, 2, 3)).min() > 2
    again = train_network.placed(images[:300], torch.Generator().manual_seed(1))
    assert torch.equal(fields, again)


def test_a_brush_leaves_ink_as_wide_as_it_is():
    line = torch.tensor([[6.0, 24.0], [42.0, 24.0]])
    drawn = train_network.ink([line])
    assert drawn[5, 5] == drawn[6, 5] and drawn.sum() == pytest.approx(
        (36 * 2 * train_network.BRUSH + torch.pi * train_network.BRUSH**2) / 16, rel=0.1
    )
    assert drawn[:4].sum() == 0 and drawn[8:].sum() == 0


def test_rounding_keeps_weights_in_a_byte():
    net = nn.Linear(1, 2)
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[5.0], [-0.126]]))
    train_network.rounded(net)
    assert net.weight.flatten().tolist() == pytest.approx([1.27, -0.13])
