# Tongban: what can be done here. `make` alone prints this help.
PYTHON ?= python3
RUN := .venv/bin/
export TONGBAN_CHROMIUM
# Compiled modules are kept in one folder, also on machines that are told to keep none: a test run, a city of nodes and the demo start
# dozens of processes, and each would compile (and pytest rewrite) hundreds of modules anew, which takes longer than many a test.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.tools/pycache

.DEFAULT_GOAL := help
.PHONY: help install dev demo city chaos test check bench catalog docs lock clean browser

help: ## print this help
	@echo "Tongban (全市通办): any counter, any item, one trip"
	@echo
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

install: ## lay the ground: uv, locked Python packages, front-end packages
	@$(PYTHON) scripts/bootstrap.py run

dev:
	@$(PYTHON) scripts/bootstrap.py dev

demo: install ## start everything, play the journey, serve on http://127.0.0.1:8000 (ONCE=1 ends after the journey)
	@$(RUN)tongban up --demo $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

city: install ## start 1 + 16 nodes, play a day, compare all nodes (DISTRICTS=2 RESIDENTS=500 SEED=1 RATE=10 ONCE=1)
	@$(RUN)tongban city day $(if $(DISTRICTS),--districts $(DISTRICTS)) $(if $(RESIDENTS),--residents $(RESIDENTS)) \
	  $(if $(SEED),--seed $(SEED)) $(if $(RATE),--rate $(RATE)) $(if $(PORT),--port $(PORT)) $(if $(ONCE),--once)

chaos: dev ## break everything while residents come; nothing may be lost (SEED=7 MINUTES=5 DISTRICTS=3 FAULTS=200 RATE=5)
	@$(RUN)python -m tests.city.chaos $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) \
	  $(if $(DISTRICTS),--districts $(DISTRICTS)) $(if $(FAULTS),--faults $(FAULTS)) $(if $(RATE),--rate $(RATE))

browser: dev
	$(eval TONGBAN_CHROMIUM := $(shell $(PYTHON) scripts/browser.py))
	@test -n "$(TONGBAN_CHROMIUM)"

test: browser ## run every test (brings a headless Chromium when there is none)
	@TONGBAN_EXAMPLES=$${TONGBAN_EXAMPLES:-60} $(RUN)python -m pytest -n 2 --dist loadfile

check: browser ## what CI runs: format, lint, types, import contract, catalog, guards, tests
	@$(RUN)ruff format --check .
	@$(RUN)ruff check .
	@$(RUN)mypy
	@$(RUN)lint-imports --no-cache | tail -4
	@$(RUN)tongban catalog check
	@TONGBAN_EXAMPLES=$${TONGBAN_EXAMPLES:-60} $(RUN)python -m pytest -n 2 --dist loadfile

bench: dev ## measure the promises; each figure beside a floor of the same run (QUICK=1 for small sizes)
	@$(RUN)python -m bench $(if $(QUICK),--quick)

catalog: install ## check the city's items as a civil servant would read it
	@$(RUN)tongban catalog check

docs: dev ## make the generated pages of docs/ anew
	@$(RUN)python -m tongban.config.map
	@$(RUN)python -m tongban.config.refusals

lock: ## resolve the locks anew (needs uv; the locks name no addresses, see docs/decisions/0003)
	@for extra in run dev node; do \
	  flag=$$([ $$extra = run ] || echo --extra $$extra); \
	  uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	    $$flag pyproject.toml -o locks/$$extra.txt; done

clean: ## remove what was installed and made (the database of the demo, too)
	@if [ -x $(RUN)python ]; then $(RUN)python -c "from pathlib import Path; from tongban.config import embedded; embedded.stop(Path('var/pg'))"; fi
	@rm -rf .venv .tools node_modules scripts/chromium/node_modules var
