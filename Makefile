# Everything a developer does here. On a bare machine with python3 (3.11 to 3.13) and make,
# `make run` and `make test` set up all they need inside .venv.
# make prints nothing about what is already there: each step leaves a stamp in .venv.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
PYTHON := $(VENV)/bin/python
UV := $(VENV)/bin/uv
IMAGE ?= frontdesk-appliance
DOCKER ?= docker
# Many tests wait for a process or a deadline: three at once even on two cores.
AT_ONCE ?= $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$((n < 3 ? 3 : n > 6 ? 6 : n)))
PYTEST = $(PYTHON) -m pytest -n $(AT_ONCE) --dist loadfile --no-loadscope-reorder
COMPILE := pip compile pyproject.toml --quiet --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --python-version 3.11

# Compiled files make a process start in one second instead of three.
unexport PYTHONDONTWRITEBYTECODE
export UV_COMPILE_BYTECODE := 1
export UV_HTTP_TIMEOUT ?= 180
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# What every file holds, as one digest: `make check` does not repeat tests that passed on the same.
TREE = git ls-files -z --cached --others --exclude-standard | xargs -0 sha256sum 2>/dev/null | sha256sum

.PHONY: help run test check livekit format bench evals coverage lock schema image image-voice image-test hooks clean

help: ## list what can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name says; \
	do printf '  make %-12s %s\n' "$$name" "$$says"; done

run: $(VENV)/.run ## set up, start the appliance with the sample config, print the chat address
	@exec $(VENV)/bin/appliance up

test: $(VENV)/.dev ## set up, run all tests
	$(PYTEST) -m "not calls"
	@# One after the other, and what fails once more: sound cannot wait for a neighbour on the machine.
	$(PYTHON) -m pytest -m calls || $(PYTHON) -m pytest -m calls --last-failed --last-failed-no-failures none
	@$(TREE) > $(VENV)/.tested

check: $(VENV)/.dev ## format, lint, types, import contracts, tests: what CI runs
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	@if [[ -f $(VENV)/.tested && "$$(cat $(VENV)/.tested)" == "$$($(TREE))" ]]; \
	then echo "tests: all passed on this very tree"; else $(MAKE) test; fi

livekit: $(VENV)/.livekit ## install what calls need: LiveKit's parts and servers (some minutes)

format: $(VENV)/.dev ## put the code into shape
	$(VENV)/bin/ruff check --fix-only .
	$(VENV)/bin/ruff format .

bench: $(VENV)/.dev ## run the benchmarks, print tables and ratios
	$(PYTHON) -m tests.bench

evals: $(VENV)/.dev ## play the held-out dialogues, measure the public sets, print both
	$(PYTHON) -m tests.evals

coverage: $(VENV)/.dev ## run all tests, print what they reach
	$(PYTEST) -m "not calls" --cov --cov-report=
	$(PYTHON) -m pytest -m calls --cov --cov-append --cov-report=term:skip-covered

lock: $(VENV)/.uv ## choose the newest fitting dependencies anew, with hashes
	$(UV) $(COMPILE) --upgrade --custom-compile-command "make lock" -o requirements.lock
	$(UV) $(COMPILE) --upgrade --custom-compile-command "make lock" --extra voice \
		-c requirements.lock -o requirements-voice.lock
	$(UV) $(COMPILE) --upgrade --custom-compile-command "make lock" --extra dev --extra voice \
		-c requirements-voice.lock -o requirements-dev.lock
	for pair in packaging/speech/vosk:vosk packaging/speech/whisper:faster-whisper \
			packaging/speech/sherpa:sherpa-onnx tests/voice/piper:piper-tts; do \
		echo "$${pair##*:}" | $(UV) $(COMPILE:pyproject.toml=-) --upgrade \
			--custom-compile-command "make lock" -c requirements-voice.lock \
			-o "$${pair%%:*}.lock"; \
	done

schema: $(VENV)/.run ## write the config's JSON schema for editors
	$(VENV)/bin/appliance config schema > bot_config.schema.json

image: ## build the image
	$(DOCKER) build --network host --target appliance -t $(IMAGE) .

image-voice: ## build the image with what calls need; SPEECH="vosk sherpa" adds local speech
	$(DOCKER) build --network host --target appliance --build-arg VOICE=1 --build-arg SPEECH="$(SPEECH)" \
		-t $(IMAGE):voice .

image-test: image ## run the image as a user would, and the tests inside its Python
	$(DOCKER) build --network host --target tests -t $(IMAGE)-tests .
	python3 packaging/image_test.py --image $(IMAGE) --tests $(IMAGE)-tests

hooks: $(VENV)/.dev ## let git run format, lint, types and contracts before each commit
	$(VENV)/bin/pre-commit install

clean: ## remove what was made, keep the data in var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Set-up, each step only when what it stands on has changed.

$(VENV)/.python:
	@packaging/make-venv $(VENV)
	@touch $@

$(VENV)/.uv: requirements-dev.lock | $(VENV)/.python
	@echo "setting up: the installer (uv)"
	@awk '/^[^ #]/ {on = /^uv==/} on && !/^ *#/' requirements-dev.lock > $(VENV)/uv.lock
	@$(PYTHON) -m pip install --quiet --no-deps --require-hashes -r $(VENV)/uv.lock
	@touch $@

$(VENV)/.run: requirements.lock packaging/link.py | $(VENV)/.uv
	@echo "setting up: the locked requirements"
	@$(UV) pip install --quiet --python $(PYTHON) --no-deps --require-hashes -r requirements.lock
	@$(PYTHON) packaging/link.py
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "setting up: the developers' requirements"
	@$(UV) pip sync --quiet --python $(PYTHON) --require-hashes requirements-dev.lock
	@touch $@

$(VENV)/.livekit: requirements-voice.lock packaging/livekit packaging/go.lock $(wildcard packaging/livekit-sip/*) | $(VENV)/.run
	@nice packaging/livekit $(VENV)
	@touch $@
