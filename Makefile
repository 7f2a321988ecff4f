# The Sliding Window. `make` lists what there is.
#
# Needed beforehand: Python 3.10 or newer, make; for `make test` also Node.js with npm. A browser is
# brought where there is none. Everything Python goes into .venv. PYTHON=... chooses the Python.

PYTHON ?= python3
PORT   ?= 8000
VENV   := .venv
PY     := $(VENV)/bin/python
PIP    := $(PY) -m pip --disable-pip-version-check install --quiet
HTML   := _build/html
JS     := utils/widgets/js

PINS     := requirements/constraints.txt
CHAPTERS := $(wildcard chapters/*.ipynb)
BOOK     := _config.yml _toc.yml intro.md references.md $(CHAPTERS) $(wildcard book/* book/*/*) \
            $(wildcard images/*) utils/widgets/dist/explorables.js

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help book test serve lab notebooks widgets bench picture nightly colab pins set-repository clean

help: ## List the commands
	@echo "The Sliding Window:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | awk -F@ '{printf "%-24s %s\n", $$1, $$2}'

book: $(HTML)/.built ## Build the web book and print its address
	@echo "The book: file://$(CURDIR)/$(HTML)/index.html (or: make serve)"

test: $(VENV)/.all $(JS)/node_modules/.installed $(VENV)/.browser ## Install everything, run all checks
	@$(PY) tools/check.py

serve: $(HTML)/.built ## Serve the book at http://127.0.0.1:8000 (PORT=...)
	@echo "The book: http://127.0.0.1:$(PORT)/"
	@$(PY) -m http.server --bind 127.0.0.1 --directory $(HTML) $(PORT)

lab: $(VENV)/.all ## Open the chapters in JupyterLab
	@$(VENV)/bin/jupyter lab chapters

notebooks: $(VENV)/.all ## Run every chapter again and write its outputs (or CHAPTER=chapters/02-...)
	@$(PY) tools/notebooks.py $(CHAPTER)

widgets: $(JS)/node_modules/.installed ## Bundle the widgets' JavaScript into utils/widgets/dist
	@npm --prefix $(JS) run --silent build

bench: $(VENV)/.all ## Measure beside torch; write the tables in README.md and in chapter 13 anew
	@$(PY) -m benchmarks --publish
	@$(PY) tools/notebooks.py --measure chapters/13-*.ipynb

picture: $(HTML)/.built $(VENV)/.browser ## Draw the picture in README.md from the built book
	@$(PY) tools/picture.py

nightly: $(VENV)/.all ## The operators' property tests with a thousand examples each, not a hundred
	@HYPOTHESIS_PROFILE=nightly $(PY) -m pytest -q -p no:cacheprovider tests/unit/test_functional_*.py

colab: $(VENV)/.all ## Run every chapter alone, with Colab's versions of everything
	@$(PY) tools/colab.py

pins: $(VENV)/.all ## Resolve requirements/constraints.txt anew
	@$(PIP) uv
	@$(PY) tools/pins.py

set-repository: $(VENV)/.all ## Change the course's address everywhere: make set-repository URL=...
	@test -n "$(URL)" || { echo "Say which: make set-repository URL=https://github.com/OWNER/NAME"; exit 1; }
	@$(PY) tools/repository.py "$(URL)"

clean: ## Remove what is built (.venv stays; remove it by hand)
	rm -rf _build $(JS)/node_modules .pytest_cache .ruff_cache .hypothesis .venv-colab

# Files that stand for work done. Each depends on what would make the work due again.

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "No $(PYTHON) found. Install Python 3.10 or newer, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 10) or sys.exit("Python 3.10 or newer is needed; $(PYTHON) is %d.%d. Name another: make PYTHON=python3.12" % v[:2])'
	@test -x $(PY) || { echo "Making $(VENV) ..."; $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "This Python can't make a virtual environment (Debian and Ubuntu: apt-get install python3-venv)."; exit 1; }; }
	@touch $@

$(VENV)/.book: $(VENV)/.made requirements/book.txt $(PINS)
	@echo "Installing what the book needs ..."
	@$(PIP) -r requirements/book.txt -c $(PINS)
	@touch $@

$(VENV)/.all: $(VENV)/.made $(wildcard requirements/*.txt) requirements.txt pyproject.toml
	@echo "Installing everything; the first time this takes some minutes ..."
	@$(PIP) -r requirements.txt -c $(PINS)
	@$(PIP) --no-deps -r requirements/d2l.txt
	@$(PIP) --no-deps --editable .
	@touch $@ $(VENV)/.book

$(VENV)/.browser: $(VENV)/.all tools/chromium.py
	@$(PY) tools/chromium.py --install
	@touch $@

$(JS)/node_modules/.installed: $(JS)/package.json $(JS)/package-lock.json
	@command -v npm >/dev/null 2>&1 || { echo "No npm found. Install Node.js 18 or newer (Debian and Ubuntu: apt-get install nodejs npm)."; exit 1; }
	@echo "Installing what the widgets' checks need ..."
	@npm --prefix $(JS) ci --silent --no-audit --no-fund
	@touch $@

# All pages anew each time: a page that is left as it was would hide its own warnings.
$(HTML)/.built: $(VENV)/.book $(BOOK)
	@echo "Building the book ..."
	@rm -rf _build
	@$(VENV)/bin/jupyter-book build . -W -n --keep-going -q > $(VENV)/book.log 2>&1 || { grep -E 'WARNING|ERROR|rror:' $(VENV)/book.log | head -n 40; tail -n 5 $(VENV)/book.log; echo "The whole log: $(VENV)/book.log"; exit 1; }
	@touch $@
