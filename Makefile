# Everything here works on a fresh clone: what a target needs, it makes first. `make help` lists all.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The first interpreter that is new enough; `make … PYTHON=/path/to/python3` chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PREPARED := .venv/.prepared
READY := .venv/.ready
SOURCES := services protos deploy tests
# More arguments for the tool behind a target: make test ARGS="-k orders -x"
ARGS ?=
# How many workers share the tests; 0: this process runs them all. Most of the time is spent waiting, so three suit two
# cores. The tests of one file stay with one worker, in their order; short ones come last, so that no worker waits long.
JOBS ?= 3
BENCH ?= all
FAULTS ?= all

##@ Use it
.PHONY: run reset
run: $(READY) ## Start everything, send demo orders, print where to look; Ctrl-C stops it
	@exec $(BIN)/python -m embedded_stack --with-parent $(ARGS)

reset: $(PREPARED) ## Forget all data of `make run`, after asking (YES=1: without asking)
	@$(BIN)/python -m embedded_stack.reset $(if $(filter-out 0 no,$(YES)),--yes)

##@ Work on it
.PHONY: setup test check check-style check-types check-imports check-protos check-words fmt protos protos-check bench docs-errors simulate-year scale faults deploy-test images-test observe-test trace-picture
setup: $(READY) ## Make .venv with every package at its locked version, fetch Kafka
	@:

test: $(READY) ## Run all tests: unit, contract, integration on real servers, stories in a real browser
	@$(BIN)/python -m tests.browser --install
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: check-style check-types check-imports check-protos check-words ## Everything that needs no server: style, types, layers, contract, words

check-style: $(PREPARED) ## ruff: rules and format
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)

check-types: $(PREPARED) ## mypy, strict, over services, protos, deploy and tests
	$(BIN)/mypy

check-imports: $(PREPARED) ## import-linter: who may import whom
	$(BIN)/lint-imports

check-protos: protos-check ## The same as protos-check

check-words: $(PREPARED) ## Every text that a person reads is translated into every language
	@for package in chassis/localisation wording notifier status_page; do $(BIN)/python -m chassis.localisation check services/$$package; done

fmt: $(PREPARED) ## Format all code, mend what can be mended by itself
	$(BIN)/ruff check --fix-only --exit-zero $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

protos: $(PREPARED) ## Generate code from the protos
	$(BIN)/python protos/tools/generate.py

protos-check: $(PREPARED) ## buf's lint, format and breaking rules; generated code is what the protos say
	$(BIN)/python protos/tools/generate.py --check

bench: $(READY) ## Measure, beside limits and peers, into docs/benchmarks (BENCH=intake|relay|notifier|page|watchdog)
	$(BIN)/python -m tests.bench $(BENCH) $(ARGS)

docs-errors: $(READY) ## Write docs/errors.md, the table of what the service says to what is wrong, from a running service
	WISMO_UPDATE_DOCS=1 $(BIN)/pytest tests/integration/orders/test_error_table.py $(ARGS)

simulate-year: $(PREPARED) ## A shop's year with disasters through the real watchdog code, minutes long, into docs/simulation
	$(BIN)/python -m tests.simulation $(ARGS)

scale: $(PREPARED) ## Sizes for 10⁶ to 10⁹ orders a year and their busiest day from measured rates, into docs/scale
	$(BIN)/python -m tests.scale $(ARGS)

faults: $(READY) ## Kill, restart, rotate, erase under load and count what became of each event, into docs/faults (FAULTS=…)
	$(BIN)/python -m tests.faults $(FAULTS) $(ARGS)

trace-picture: $(READY) ## Send one order through the stack, traced, and draw its trace into docs/images/trace.svg
	$(BIN)/python -m tests.integration.tracing.picture docs/images/trace.svg

deploy-test: $(READY) ## Chart, images, dashboards: install, upgrade and roll back on a real API server; says what it did
	@echo "• Needs go, openssl, curl and kubectl; fetches or builds helm, kubeconform, kube-score, etcd and a control plane"
	@echo "• And what images-test and observe-test need"
	WISMO_DEPLOY_TEST=1 $(BIN)/python -m pytest tests/deploy $(ARGS)

images-test: $(READY) ## Build the images; run each process from them on a read-only root with real servers; part of deploy-test
	@echo "• Needs buildah and debootstrap, as root; without them its tests are skipped"
	WISMO_DEPLOY_TEST=1 $(BIN)/python -m pytest tests/deploy/images $(ARGS)

observe-test: $(READY) ## Alerts by promtool; dashboards on a Prometheus that scrapes a real run (WISMO_UPDATE_DOCS=1: their pictures); part of deploy-test
	@echo "• Needs prometheus and promtool, which are Debian's package prometheus; installs it for root where apt-get is there"
	WISMO_DEPLOY_TEST=1 $(BIN)/python -m pytest tests/deploy/observe $(ARGS)

##@ Keep it up to date
.PHONY: lock licences audit hooks clean
lock: $(PREPARED) ## Resolve all versions anew into requirements*.lock (UPGRADE=1: to the newest)
	@$(PYTHON) deploy/prepare.py lock $(if $(UPGRADE),--upgrade)

licences: $(PREPARED) ## Write docs/licences.md, the table of all dependencies' licences
	$(BIN)/python -m embedded_stack.licences docs/licences.md

audit: $(PREPARED) ## Look the locked versions up in the database of known vulnerabilities
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock

hooks: $(PREPARED) ## Run the quick checks before each commit of this clone
	$(BIN)/pre-commit install

clean: ## Remove .venv and what tools left behind; the data of `make run` stays (that is `make reset`)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build

##@ Help
.PHONY: help
help: ## Show this
	@awk -v tty="$$([ -t 1 ] && echo 1)" 'BEGIN { FS = ":.*## "; if (tty && "$(NO_COLOR)" == "") { b = "\033[1m"; c = "\033[36m"; r = "\033[0m" } \
	  print "\nWismo: where is my order?" } \
	  /^##@ / { printf "\n%s%s%s\n", b, substr($$0, 5), r } \
	  /^[a-z-]+:.*## / { printf "  %smake %-15s%s %s\n", c, $$1, r, $$2 }' Makefile
	@printf '\nPorts and servers of make run (as environment variables, or as in: make run WISMO_PAGE_PORT=8080)\n'
	@if [ -e $(PREPARED) ]; then $(BIN)/python -m embedded_stack --settings; \
	  else echo '  shown once `make setup` or `make run` has prepared .venv'; fi

# ------------------------------------------------------------------------------------------------------------ machinery
$(PREPARED): requirements.lock requirements-uv.lock pyproject.toml protos/pyproject.toml deploy/prepare.py
	@[ -n "$(PYTHON)" ] || { echo 'Wismo needs Python 3.11 or newer; none was found. Name one with: make … PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) deploy/prepare.py packages

$(READY): $(PREPARED) deploy/embedded_stack/prepare.py
	@$(BIN)/python -m embedded_stack.prepare
	@touch $(READY)
