# The commands of the README. Each prepares what it needs.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: setup run test lint bench clean

setup: .venv/.ready

# uv comes from the lock with its hash, then installs the rest of it; pip does where uv can't.
.venv/.ready: requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || (echo "python3 with venv is needed (Debian: python3-venv)"; exit 1)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || (echo "Python 3.11 is needed; name it: make setup PYTHON=python3.11"; rm -rf .venv; exit 1)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: setup
	@PORTAL_DEMO=1 exec $(BIN)/python manage.py demo --port $(PORT)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run
	PORTAL_HTTPS=1 PORTAL_HOSTS=portal.example DJANGO_SECRET_KEY=$$(head -c 48 /dev/urandom | base64 | tr -d '\n') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

bench: setup
	$(BIN)/python -m tests.benchmarks.bench_import

clean:
	rm -rf .venv .run .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
