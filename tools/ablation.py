"""Change LeNet in one thing at a time, train each on real digits with eight seeds, store the runs.

    OMP_NUM_THREADS=1 python tools/ablation.py

It writes `utils/ablation.json`, which chapter 18 draws, after each training: stopped and started
again, it goes on where it was. First each activation is trained at four learning rates. Then, for
sigmoid and ReLU, at the rate that did best on the digits kept for choosing, one thing is changed at
a time. A seed fixes the split of the digits, the first weights and the order of the batches.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from utils.lenet import FILE, Run, Settings, enlarged, lenet, split

COMMAND = "OMP_NUM_THREADS=1 python tools/ablation.py"
SEEDS = range(8)
EPOCHS = 15
BATCH = 32
RATES = (0.001, 0.003, 0.01, 0.03)
CHANGES: list[dict[str, Any]] = [
    {"pooling": "max"},
    {"pooling": "stride"},
    {"padding": True},
    {"kernel": 3},
    {"kernel": 7},
    {"width": 0.5},
    {"width": 2.0},
    {"convolutions": 1},
    {"convolutions": 3},
]


def train(settings: Settings, seed: int, steps: int | None = None) -> Run:
    """Train one network; `steps` ends it early."""
    torch.set_num_threads(1)
    images, labels = enlarged()
    train_on, choose_by, judge_by = split(seed)
    net = lenet(settings, seed)
    optimizer = torch.optim.Adam(net.parameters(), settings.rate)
    order = torch.Generator().manual_seed(seed)
    losses: list[float] = []
    for _ in range(EPOCHS):
        for batch in train_on[torch.randperm(len(train_on), generator=order)].split(BATCH):
            if len(losses) == steps:
                break
            loss = F.cross_entropy(net(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    per_epoch = -(-len(train_on) // BATCH)

    def right(digits: torch.Tensor) -> int:
        with torch.no_grad():
            return int((net(images[digits]).argmax(1) == labels[digits]).sum())

    start, end = losses[:10], losses[-per_epoch:]
    return Run(
        seed,
        round(sum(start) / len(start), 6),
        round(sum(end) / len(end), 6),
        right(choose_by),
        right(judge_by),
    )


Trained = Callable[[Settings], list[Run]]


def rows(trained: Trained) -> Iterator[Settings]:
    """Yield what is to be trained, in order; `trained` gives the runs of what came before."""
    best = {}
    for activation in ("sigmoid", "tanh", "relu"):
        tried = [Settings(activation, rate) for rate in RATES]
        yield from tried
        best[activation] = max(tried, key=lambda row: sum(run.chosen for run in trained(row)))
    for activation in ("sigmoid", "relu"):
        for change in CHANGES:
            yield replace(best[activation], **change)


def main(file: Path = FILE) -> None:
    """Train what the file lacks."""
    head = {"command": COMMAND, "torch": torch.__version__, "epochs": EPOCHS, "batch": BATCH}
    stored: dict[Settings, list[Run]] = {}
    if file.exists():
        found = json.loads(file.read_text(encoding="utf-8"))
        if {key: found[key] for key in head} != head:
            raise SystemExit(f"{file} was made in another way: move it out of the way first")
        for row in found["rows"]:
            stored[Settings(**row["settings"])] = [Run(*run) for run in row["runs"]]
    for settings in rows(lambda row: stored[row]):
        runs = stored.setdefault(settings, [])
        for seed in SEEDS:
            if seed in [run.seed for run in runs]:
                continue
            runs.append(train(settings, seed))
            file.write_text(text(head, stored), encoding="utf-8")
            print(settings, runs[-1], flush=True)


def text(head: dict[str, Any], stored: dict[Settings, list[Run]]) -> str:
    """Write the runs as JSON, a line a run, so that a change shows as what it is."""
    entries = []
    for settings, runs in stored.items():
        lines = ",\n".join(f"    {json.dumps(run)}" for run in runs)
        entries.append(f'  {{"settings": {json.dumps(asdict(settings))}, "runs": [\n{lines}\n  ]}}')
    start = json.dumps(head, indent=1)[:-2]
    return f'{start},\n "rows": [\n' + ",\n".join(entries) + "\n ]\n}\n"


if __name__ == "__main__":
    main()
