# Two commands matter: `make run` and `make test`.  Everything they do stands in .ci/, as scripts that run by hand too.

OUT      ?= out
SCENARIO ?= scenarios/examples/haenam.toml
RESULT   := $(OUT)/$(basename $(notdir $(SCENARIO))).h5
PICTURES := $(basename $(RESULT))
JOBS     ?= $(shell nproc)
# With a GPU in reach the meter's kernels are built and tested too.
CUDA     := $(if $(shell nvidia-smi -L 2>/dev/null && command -v nvcc),ON,OFF)

.DEFAULT_GOAL := help
.PHONY: help run test build setup meter bench pictures format clean
.NOTPARALLEL:

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18
	@echo
	@echo '  SCENARIO=FILE chooses what `make run` simulates (scenarios/examples/haenam.toml).'

run: build ## install what is missing, build, simulate a week of the flagship, draw it
	@mkdir -p $(OUT)
	build/ondol run $(SCENARIO) -o $(RESULT) --force
	@build/ondol report $(RESULT) -o $(PICTURES).html >/dev/null
	@build/ondol pictures $(RESULT) -o $(PICTURES) >/dev/null
	@echo
	@echo "Results   $(RESULT)"
	@echo "Report    $(PICTURES).html  (open it in a browser)"
	@echo "Pictures  $(PICTURES)/"

test: build ## install what is missing, build, run every test
	@.ci/check $(JOBS)

build: setup ## the program, build/ondol, and its tests
	@[ -f build/build.ninja ] || cmake --preset release -DONDOL_CUDA=$(CUDA)
	cmake --build build --parallel $(JOBS)

setup: ## Debian packages and the Python environment .venv; does nothing when they are there
	@.ci/setup

meter: ## only the meter with its CUDA kernels, for a GPU node: build-meter/ondol-meter
	cmake -S kernels -B build-meter && cmake --build build-meter --parallel $(JOBS)

bench: build ## time whole runs and single parts against the targets
	.venv/bin/python tests/bench/run_benchmarks.py --ondol build/ondol
	cmake --build build --target contention_bench cap_allocation_bench
	build/bench/contention_bench
	build/bench/cap_allocation_bench

pictures: run ## `make run` of three examples, then renew the pictures of the README
	@$(MAKE) --no-print-directory run SCENARIO=scenarios/examples/training_swing.toml
	@$(MAKE) --no-print-directory run SCENARIO=scenarios/examples/outage.toml
	@.ci/pictures $(PICTURES) $(OUT)/training_swing $(OUT)/outage

format: ## clang-format on every C++ file
	@.ci/format

clean: ## remove what was built and simulated, keep .venv
	rm -rf build build-dev build-asan build-cuda out
