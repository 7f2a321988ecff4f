"""Stands in for `python -m pip install ...`."""

from gate import passes

passes("pip")
