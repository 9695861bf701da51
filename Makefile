# Needs Python 3.11 or newer and make. Everything else is installed into .venv.

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python
SECOND := .venv-frameworks

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help book test frameworks lab notebooks bench success lock clean

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

book: $(VENV)/.ready ## build the book from the stored notebooks; any warning is an error
	$(VENV)/bin/jupyter-book build . --all -W -n --keep-going
	@echo "The book's first page: $(CURDIR)/_build/html/index.html"

test: $(VENV)/.ready ## run every test
	$(RUN) -m pytest

frameworks: $(SECOND)/.ready ## check against PyTorch and JAX, in a second environment
	$(SECOND)/bin/python -m pytest tests/frameworks

lab: $(VENV)/.ready ## open the chapters in JupyterLab
	$(RUN) -m jupyter lab chapters

notebooks: $(VENV)/.ready ## execute every chapter and store its outputs
	$(RUN) -m iem.notebooks
	$(RUN) -m iem claims --badge > chapters/_assets/badge.svg

bench: $(VENV)/.ready ## run the speed comparisons
	$(RUN) benchmarks/run.py

success: $(VENV)/.ready ## measure the success rates of annealing again (some ten minutes of two cores)
	$(RUN) benchmarks/success.py

lock: $(VENV)/.locked ## resolve requirements.in again (ARGS=--upgrade: to the newest versions)
	@$(RUN) -c 'import uv' 2>/dev/null || $(RUN) -m pip install --quiet uv
	$(RUN) -m uv pip compile --universal --python-version 3.11 --generate-hashes --quiet \
	    --custom-compile-command 'make lock' $(ARGS) requirements.in -o requirements.txt

clean: ## remove the built book and the caches; .venv stays
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name '$(VENV)*' -prune -o -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) \
	    -prune -exec rm -rf {} +

# Each stamp is written last, so an interrupted set-up starts again from an empty .venv.
$(VENV)/.locked: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Creating $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
	@echo "Installing the locked packages (about a minute)"
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.ready: $(VENV)/.locked pyproject.toml
	@echo "Installing iem, editable"
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# PyTorch and JAX on top of the locked environment, which the second one sees through a path file.
$(SECOND)/.ready: $(VENV)/.ready requirements-frameworks.txt
	@echo "Creating $(SECOND) with PyTorch and JAX (a few minutes)"
	@$(RUN) -m venv --clear $(SECOND)
	@$(RUN) -c 'from sysconfig import get_path as path; \
	    second = path("purelib", "venv", {"base": "$(SECOND)"}); \
	    print("import site; site.addsitedir(%r)" % path("purelib"), file=open(second + "/locked.pth", "w"))'
	@$(SECOND)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-frameworks.txt
	@touch $@
