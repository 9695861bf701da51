# Needs Python 3.11 or newer and make. Everything else is installed into .venv.

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python
SECOND := .venv-frameworks
OLDEST := .venv-oldest
FUZZ   := .venv-fuzz
MUTANT := .venv-mutants

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help book pdf epub test claims proofs frameworks oldest fuzz mutants lab notebooks bench success dist lock clean

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

book: $(VENV)/.ready ## build the book from the stored notebooks; any warning is an error
	$(VENV)/bin/jupyter-book build . --all -W -n --keep-going
	@echo "The book's first page: $(CURDIR)/_build/html/index.html"

pdf: $(VENV)/.ready ## build the book as a PDF (needs XeLaTeX; what is missing is named), before the site
	$(RUN) chapters/_assets/ext/printed pdf

epub: $(VENV)/.ready ## build the book as an EPUB, checked by epubcheck where that is installed
	$(RUN) chapters/_assets/ext/printed epub

test: $(VENV)/.ready ## run every test
	$(RUN) -m pytest

claims: $(VENV)/.ready ## execute every chapter anew; fail unless every verdict is reached again
	$(RUN) -m iem claims --check

proofs: ## build and audit the formal proofs (needs Coq with Coquelicot and Interval; ARGS=--coqchk)
	$(PYTHON) proofs/audit.py $(ARGS)

frameworks: $(SECOND)/.ready ## check against PyTorch and JAX, in a second environment
	$(SECOND)/bin/python -m pytest tests/frameworks

# Old versions warn of what newer ones beside them retire, and old SciPy takes other arrays when asked.
oldest: $(OLDEST)/.ready ## test the package with the oldest dependencies that it allows
	SCIPY_ARRAY_API=1 $(OLDEST)/bin/python -m pytest tests iem -W default::DeprecationWarning \
	    -o addopts="--strict-markers --doctest-modules -n auto" \
	    --ignore=tests/frameworks $(foreach kind,site lite print style,--ignore=tests/test_$(kind).py)

fuzz: $(FUZZ)/.ready ## make up formulas and command lines, guided by coverage (SECONDS=120 for each)
	$(foreach target,formulas commands,$(FUZZ)/bin/python tests/fuzz/$(target).py -timeout=120 \
	    -max_total_time=$(or $(SECONDS),120) -artifact_prefix=$(FUZZ)/ &&) true

mutants: $(MUTANT)/.ready ## is every small change of the code noticed by a test? (ARGS="kernels proof": of these)
	$(MUTANT)/bin/python tests/mutants.py $(ARGS)

lab: $(VENV)/.ready ## open the chapters in JupyterLab
	$(RUN) -m jupyter lab chapters

notebooks: $(VENV)/.ready ## execute every chapter and store its outputs
	$(RUN) -m iem.notebooks
	$(RUN) -m iem claims --badge > chapters/_assets/badge.svg
	$(RUN) chapters/_assets/lite/measure.py        # which cells of them run in a browser without a network

bench: $(SECOND)/.ready ## measure the speed again, for the page Speed (ARGS="scipy torch": a part of it)
	$(SECOND)/bin/python benchmarks/run.py $(ARGS)
	$(if $(ARGS),,$(SECOND)/bin/python benchmarks/pages.py)    # of the built book, if there is one

success: $(VENV)/.ready ## measure the success rates of annealing again (some ten minutes of two cores)
	$(RUN) benchmarks/success.py

dist: $(VENV)/.ready ## build the wheel and the sdist of iem, and check them
	rm -rf dist && mkdir dist
	$(RUN) -c 'from flit_core.buildapi import build_sdist as s, build_wheel as w; print(s("dist"), w("dist"))'
	$(RUN) -m twine check --strict dist/*

lock: $(VENV)/.locked ## resolve requirements.in again (ARGS=--upgrade: to the newest versions)
	@$(RUN) -c 'import uv' 2>/dev/null || $(RUN) -m pip install --quiet uv
	$(RUN) -m uv pip compile --universal --python-version 3.11 --generate-hashes --quiet \
	    --custom-compile-command 'make lock' $(ARGS) requirements.in -o requirements.txt

clean: ## remove the built book and the caches; .venv stays
	rm -rf _build dist .mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis
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

# More packages on top of the locked environment, which such an environment sees through a path file.
$(SECOND)/.ready: requirements-frameworks.txt
$(FUZZ)/.ready: requirements-fuzz.txt
$(MUTANT)/.ready: requirements-mutants.txt
$(SECOND)/.ready $(FUZZ)/.ready $(MUTANT)/.ready: $(VENV)/.ready
	@echo "Creating $(@D) with the packages of $(lastword $(filter %.txt,$^))"
	@$(RUN) -m venv --clear $(@D)
	@$(RUN) -c 'from sysconfig import get_path as path; \
	    second = path("purelib", "venv", {"base": "$(@D)"}); \
	    print("import site; site.addsitedir(%r)" % path("purelib"), file=open(second + "/locked.pth", "w"))'
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $(lastword $(filter %.txt,$^))
	@touch $@

# The oldest versions of what pyproject.toml asks for; the tools are the newest that go with them.
$(OLDEST)/.ready: $(VENV)/.locked pyproject.toml requirements.in
	@echo "Creating $(OLDEST) with the oldest dependencies that iem allows"
	@$(RUN) -c 'import uv' 2>/dev/null || $(RUN) -m pip install --quiet uv
	@$(RUN) -m uv venv --quiet --clear --python $(RUN) $(OLDEST)
	@$(RUN) -m uv pip compile --quiet --resolution lowest-direct --python $(OLDEST)/bin/python \
	    --extra book --extra large pyproject.toml -o $(OLDEST)/oldest.txt
	@$(RUN) -m uv pip install --quiet --python $(OLDEST)/bin/python -c $(OLDEST)/oldest.txt \
	    -r requirements.in -e '.[book,large]'
	@touch $@
