"""Start a command that Ctrl-C ends at any moment without a traceback: `start.py book build`.

Python's own way with a Ctrl-C prints one, of whatever import is under way. This file is short, so
that it is soon compiled; what it starts then says in its own words that it was interrupted.
"""

import _signal  # what `signal` is made of; it needs no import of its own
import sys

if _signal.getsignal(_signal.SIGINT) != _signal.SIG_IGN:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

if __name__ == "__main__":
    from importlib import import_module

    sys.exit(import_module(sys.argv.pop(1)).main())
