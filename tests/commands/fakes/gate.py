"""What the stand-ins share: they say that they run, and wait where a test has closed a gate."""

import os
import sys
import time
from pathlib import Path

LOG = Path(os.environ["LOG"])


def passes(name: str) -> None:
    """Log `name` and what it is called with; at the gate of that name, wait until it is opened."""
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"{name} {os.getpid()} {' '.join(sys.argv[1:])}\n")
    closed = LOG.with_name(f"{name}.closed")
    for _ in range(6000):  # at most two minutes: no test leaves a process behind for ever
        if not closed.exists():
            return
        time.sleep(0.02)
