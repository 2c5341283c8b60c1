# Two commands do everything: `make lab` opens the course, `make test` tests it. `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help lab test check weekly coverage run setup setup-dev lint format lesson pages bench lock clean
export TF_CPP_MIN_LOG_LEVEL ?= 2

# The first Python from 3.11 to 3.13 on the path, unless PYTHON names one.
CANDIDATES = $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python)
FIND = for p in $(CANDIDATES); do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1 && break; p=; done; \
	if [ -z "$$p" ]; then echo "make: no Python 3.11, 3.12 or 3.13 found (looked for: $(CANDIDATES)); install one from python.org or your system's packages, or say make PYTHON=/path/to/python." >&2; exit 1; fi
RUN = .venv/bin/python
GPU_WORD = $(if $(GPU),gpu)

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

lab: setup  ## open the course in JupyterLab (PORT=8890 chooses a port)
	@$(RUN) -m tlwidgets lab $(if $(PORT),--port $(PORT))

run: setup  ## run every lesson without a browser (PROFILE=smoke|cpu|gpu OUT=folder)
	@$(RUN) -m tlwidgets run --profile $(or $(PROFILE),cpu) --out $(or $(OUT),build/run)

setup:  ## install the course into .venv (GPU=1: with CUDA)
	@$(FIND); "$$p" tools/setup.py $(GPU_WORD)

setup-dev:
	@$(FIND); "$$p" tools/setup.py dev $(GPU_WORD)

check: setup-dev  ## after a change: lint, types, and the tests that need no browser, kernel or sandbox (3 minutes)
	@$(RUN) tools/test.py check

test: setup-dev  ## lint, types, tests, every lesson, browser tests, grading (about 20 minutes)
	@$(RUN) tools/test.py

weekly: setup-dev  ## all that, and what once a week is enough for
	@$(RUN) tools/test.py weekly

coverage: setup-dev  ## all tests, and the share of lines that they have run
	@$(RUN) tools/test.py --coverage

lint: setup-dev  ## lint and types alone
	@$(RUN) tools/test.py lint

format: setup-dev  ## put the code into the house style
	@$(RUN) -m ruff format . && $(RUN) -m ruff check --fix . && $(RUN) -m deno fmt --quiet

lesson: setup-dev  ## lay out a new lesson that runs and passes its tests (NAME=few_labels TITLE="Few labels")
	@$(RUN) tools/lesson.py $(NAME) $(if $(TITLE),--title "$(TITLE)")

pages: setup-dev  ## write README's table of lessons, the links between lessons and the claims page again
	@$(RUN) tools/pages.py

bench: setup-dev  ## benchmarks (ratios, not seconds)
	@for b in benchmarks/*.py; do echo "== $$b"; $(RUN) $$b || exit 1; done

lock: setup-dev  ## write the lock files again (UPGRADE=1: newest versions)
	@$(RUN) tools/lock.py $(if $(UPGRADE),--upgrade)

clean:  ## remove what was built, and .venv
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache
