# Two commands matter: `make run` and `make test`.  Everything they do stands in .ci/, as scripts that run by hand too.

OUT      ?= out
SCENARIO ?= scenarios/examples/haenam.toml
RESULT   := $(OUT)/$(basename $(notdir $(SCENARIO))).h5
PAGE     := $(basename $(RESULT))
JOBS     ?= $(shell nproc)

.DEFAULT_GOAL := help
.PHONY: help run test build setup bench pictures format clean
.NOTPARALLEL:

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18
	@echo
	@echo '  SCENARIO=FILE chooses what `make run` simulates (scenarios/examples/haenam.toml).'

run: build ## install what is missing, build, simulate a week of the flagship, draw it
	@mkdir -p $(OUT)
	build/ondol run $(SCENARIO) -o $(RESULT) --force
	@.venv/bin/python -m ondol_viz $(RESULT) -o $(PAGE)
	@echo
	@echo "Results   $(RESULT)"
	@echo "Pictures  $(PAGE)/  (open $(PAGE)/index.html in a browser)"

test: build ## install what is missing, build, run every test
	@.ci/check $(JOBS)

build: setup ## the program, build/ondol, and its tests
	@[ -f build/build.ninja ] || cmake --preset release
	cmake --build build --parallel $(JOBS)

setup: ## Debian packages and the Python environment .venv; does nothing when they are there
	@.ci/setup

bench: build ## time whole runs against the targets
	.venv/bin/python tests/bench/run_benchmarks.py --ondol build/ondol

pictures: run ## `make run`, then renew the pictures of the README
	@.ci/pictures $(PAGE)

format: ## clang-format on every C++ file
	@.ci/format

clean: ## remove what was built and simulated, keep .venv
	rm -rf build build-dev build-asan build-cuda out
