# `make demo` and `make test` need nothing but Python 3.11 or newer and make.
PYTHON ?= python3
BIN := .venv/bin

# Where PyTorch comes from. On Linux, PyPI's build brings gigabytes of CUDA libraries; this index has the
# CPU build. `make demo TORCH_INDEX=` takes the build that pip finds by itself.
ifeq ($(shell uname -s),Linux)
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
endif
TORCH := torch==2.13.0

# The demo's library lies beside the code, apart from your own.
demo: export COPSE_LIBRARY := $(CURDIR)/.copse/demo
SERVE ?= yes

.PHONY: help install demo test bench node_modules lock clean

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

install: .venv/installed  ## make .venv with everything from the lock file

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Copse needs Python 3.11 or newer; this is %d.%d. Try: make PYTHON=python3.12" % sys.version_info[:2])'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what requirements.lock lists into .venv (a few minutes the first time) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--no-deps --index-url $(TORCH_INDEX)) $(TORCH) \
	  || { echo "PyTorch could not be installed from $(or $(TORCH_INDEX),the default index). To take another build: make $(MAKECMDGOALS) TORCH_INDEX="; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: install  ## ask a sample community, then serve its page
	@$(BIN)/copse ingest data/sample
	@while read -r question; do echo; echo "\$$ copse ask \"$$question\""; $(BIN)/copse ask "$$question" -k 3; done < data/questions.txt
	@if [ "$(SERVE)" = yes ]; then $(BIN)/copse serve; fi

test: install node_modules  ## run every check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -n auto --dist worksteal

# About an hour, for which nothing else should run; `make bench LIBRARY=PATH` takes the passages from a library of yours.
bench: install  ## measure how fast everything is, beside txtai, Haystack, Chroma and LlamaIndex
	@$(BIN)/python -m bench $(LIBRARY)

# What some tests take from npm: a provider to sign in at, and a checker of accessibility. They are skipped without.
node_modules:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory tests/oidc/node_modules/.package-lock.json; fi

tests/oidc/node_modules/.package-lock.json: tests/oidc/package-lock.json
	@npm ci --prefix tests/oidc --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@ \
	  || echo "npm could not install what tests/oidc lists; the tests that need it are skipped"

lock: .venv/installed  ## resolve the dependencies anew, for all platforms and Python versions
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --extra ocr --generate-hashes --upgrade \
	  --no-emit-package torch --no-emit-package triton $(foreach p,$(CUDA),--no-emit-package $(p)) \
	  --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

# What PyTorch's CUDA build would bring along.
CUDA := cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cupti nvidia-cuda-nvrtc \
  nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver nvidia-cusparse \
  nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx

clean:  ## remove .venv and the demo's library
	rm -rf .venv .copse tests/oidc/node_modules
