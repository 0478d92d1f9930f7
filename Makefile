# The commands of the README. Each prepares what it needs.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: setup setup-dev run lint test fuzz bench detect clean

setup: .venv/.ready
setup-dev: .venv/.ready-dev

.venv/.ready: requirements.txt .venv/.uv
	$(call install,requirements.txt)
	@touch $@

.venv/.ready-dev: requirements-dev.txt .venv/.uv
	$(call install,requirements-dev.txt)
	@touch .venv/.ready $@

# uv, itself from the lock with its hash, installs ten times faster than pip.
.venv/.uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| (echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.11"; exit 1)
	@$(PYTHON) -m venv .venv \
		|| (rm -rf .venv; echo "python3 with venv is needed (Debian: python3-venv)"; exit 1)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt > .venv/uv.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r .venv/uv.txt \
		|| echo "uv can't be installed here: pip does its work."
	@touch $@

# uv reads no configuration of pip: what this machine says there about packages is passed on, with
# pip's way to treat all sources alike, which the hashes make safe. Where uv still can't, pip does.
define install
	@echo "Installing $(1)"
	@configured=$$($(BIN)/python -m pip config list); \
	says() { echo "$$configured" | sed -n "s/^[^=]*\.$$1='\(.*\)'$$/\1/p" | head -n 1; }; \
	export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$(says index-url)}" UV_INDEX="$${UV_INDEX:-$$(says extra-index-url)}"; \
	export UV_FIND_LINKS="$${UV_FIND_LINKS:-$$(says find-links | tr ' ' ',')}" UV_INSECURE_HOST="$$(says trusted-host)"; \
	for name in UV_DEFAULT_INDEX UV_INDEX UV_FIND_LINKS UV_INSECURE_HOST; do \
		eval "[ -n \"\$$$$name\" ]" || unset $$name; \
	done; \
	UV_LINK_MODE=copy UV_INDEX_STRATEGY=unsafe-best-match $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) \
		|| $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $(1)
endef

run: setup
	@exec $(BIN)/python manage.py demo --port $(PORT)

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run
	PORTAL_HTTPS=1 PORTAL_HOSTS=portal.example DJANGO_SECRET_KEY=$$(head -c 48 /dev/urandom | base64 | tr -d '\n') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

# What the tests ask of the API with a few made-up requests, with many; and examples of rules that
# the tests, which take the same each time, have not seen.
fuzz: setup-dev
	PORTAL_API_EXAMPLES=300 $(BIN)/python -m pytest -q --timeout 0 tests/api/test_description.py
	PORTAL_FUZZ=1 $(BIN)/python -m pytest -q --timeout 0 $$(grep -rl "^from hypothesis" tests/allocations tests/traceability) \
		tests/traceability/test_sample_world.py

bench: setup-dev
	$(BIN)/python -m tests.benchmarks.bench_import
	$(BIN)/python -m tests.benchmarks.bench_reconcile 60000 600000 6000000
	$(BIN)/python -m tests.benchmarks.bench_trace
	$(BIN)/python -m tests.benchmarks.bench_flows
	$(BIN)/python -m tests.benchmarks.bench_upload
	$(BIN)/python -m tests.benchmarks.bench_filing
	$(BIN)/python -m tests.benchmarks.bench_request
	$(BIN)/python -m tests.benchmarks.bench_epcis
	$(BIN)/python -m pytest --timeout 0 -s -q tests/benchmarks/bench_issue.py \
		tests/benchmarks/bench_rounds.py tests/benchmarks/bench_planning.py \
		tests/benchmarks/bench_workbench.py tests/benchmarks/bench_editing.py \
		tests/benchmarks/bench_shipments.py

# Seeds from 5000 on are kept for judging; tune with others: make detect SEEDS=1000-1009
SEEDS ?= 5040-5059
detect: setup-dev
	$(BIN)/python -m tests.worlds.detect --seeds $(SEEDS) --workers 2 $(DETECT)

clean:
	rm -rf .venv .run .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
