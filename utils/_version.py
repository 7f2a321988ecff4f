"""The course's version, in its one place; `make release` changes it."""

__version__ = "0.1.0.dev0"
