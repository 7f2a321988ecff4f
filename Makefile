# The Sliding Window. `make` lists what there is.
#
# Needed beforehand: Python 3.11 or newer, make, git. What else a command needs, tools/environment.py
# brings, most of it into .venv; it says beforehand what, and how large it is. PYTHON=... chooses the
# Python; unless told, it is that of .venv, or else python3.

PORT ?= 8000
PY   := .venv/bin/python
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell test -e .venv/state.json -a -x $(PY) && echo $(PY) || echo python3)
endif

# Where it is set, every process would compile anew what uv has installed.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help book test serve lab notebooks widgets handout zip pdf bench bench-pages picture nightly colab pins set-repository release clean

# What stands first in a recipe: `$(need) book` brings what the book needs. `exec`, where a line takes
# a shell: a signal to make must reach the command, not a shell around it. tools/start.py and -S keep
# short the moment at Python's start in which a Ctrl-C prints a traceback; -E keeps settings out.
define need
@command -v "$(PYTHON)" >/dev/null || { echo "No $(PYTHON) found. Install Python 3.11 or newer, or say where it is: make PYTHON=/path/to/python3" >&2; exit 1; }
@exec "$(PYTHON)" -ES -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("Python 3.11 or newer is needed, and $(PYTHON) is %d.%d. Name another: make PYTHON=python3.12" % tuple(v[:2]))'
@exec "$(PYTHON)" -ES tools/start.py environment
endef

help: ## List the commands
	@echo "The Sliding Window:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | awk -F@ '{printf "%-24s %s\n", $$1, $$2}'

book: ## Build the web book and print its address
	$(need) book
	@$(PY) -S tools/start.py book build

test: ## Install everything, run all checks
	$(need) browser course node
	@$(PY) tools/check.py

serve: ## Serve the book at http://127.0.0.1:8000 (PORT=...)
	$(need) book
	@exec $(PY) -S tools/start.py book serve "$(PORT)"

lab: ## Open the chapters in JupyterLab
	$(need) course
	@$(PY) -m jupyterlab chapters

notebooks: ## Run every chapter again and write its outputs (or CHAPTER=chapters/02-...)
	$(need) course
	@$(PY) tools/notebooks.py $(CHAPTER)

widgets: ## Bundle the widgets' JavaScript into utils/widgets/dist
	$(need) node
	@exec "$(PYTHON)" tools/node.py npm run --silent build

handout: ## Write a chapter without its answers: make handout CHAPTER=chapters/02-...
	$(need) course
	@test -n "$(CHAPTER)" || { echo "Say which: make handout CHAPTER=chapters/02-cross-correlation.ipynb"; exit 1; }
	@exec $(PY) tools/handout.py $(CHAPTER)

zip: ## Pack the web book into one file, for reading without a network
	$(need) book
	@$(PY) -S tools/start.py book build
	@$(PY) tools/pack.py

pdf: ## Print the web book to one PDF
	$(need) browser course
	@$(PY) -S tools/start.py book build
	@$(PY) tools/pdf.py

bench: ## Measure beside torch; write the tables in README.md and in the book anew
	$(need) course
	@$(PY) -m benchmarks --publish
	@exec $(PY) tools/notebooks.py --measure chapters/16-*.ipynb chapters/17-*.ipynb

bench-pages: ## Measure the pages of the web book; write the tables of them anew
	$(need) browser course node
	@$(PY) -S tools/start.py book build
	@$(PY) -m benchmarks.page --publish

picture: ## Draw the picture in README.md from the built book
	$(need) browser course
	@$(PY) -S tools/start.py book build
	@$(PY) tools/picture.py

nightly: ## The operators' property tests with a thousand examples each, not a hundred
	$(need) course
	@HYPOTHESIS_PROFILE=nightly exec $(PY) -m pytest -q -p no:cacheprovider tests/unit/test_functional_*.py

colab: ## Run every chapter alone, with Colab's versions of everything
	$(need) course
	@$(PY) tools/colab.py

pins: ## Resolve requirements/constraints.txt anew
	$(need) course
	@$(PY) tools/pins.py

set-repository: ## Change the course's address everywhere: make set-repository URL=...
	$(need) course
	@test -n "$(URL)" || { echo "Say which: make set-repository URL=https://github.com/OWNER/NAME"; exit 1; }
	@exec $(PY) tools/repository.py "$(URL)"

release: ## Make a release, offline: make release VERSION=X.Y.Z
	$(need) book
	@test -n "$(VERSION)" || { echo "Say which: make release VERSION=1.2.0"; exit 1; }
	@exec $(PY) tools/release.py "$(VERSION)"

clean: ## Remove what is built (.venv stays; remove it by hand)
	rm -rf _build utils/widgets/js/node_modules .pytest_cache .ruff_cache .mypy_cache .hypothesis .venv-colab
