# Two commands matter: `make run` and `make test`. The rest helps while changing the code.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
export HOST PORT
BIN = .venv/bin

.PHONY: run test check unit unit-postgres clients soak requirements messages clean

run: .venv/.installed-run  ## start on http://localhost:8000 with the demo plant
	@$(BIN)/python manage.py serve

test: check unit unit-postgres  ## every check and the whole test suite, on both databases

check: .venv/.installed-dev  ## linters, types, import rules; changes nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

unit: .venv/.installed-dev
	$(BIN)/pytest -n auto

unit-postgres: .venv/.installed-dev  ## again on a PostgreSQL that it starts and throws away
	$(BIN)/python -m tests.on_postgres -n auto

# A network of their own, where nothing but this machine can be reached.
ALONE = unshare --map-root-user --net sh -ec 'ip link set lo up; exec "$$0" "$$@"'

clients: .venv/.installed-dev  ## real clients, one after another, against the started product; writes docs/clients.md
	$(BIN)/python -m tests.clients.install
	$(ALONE) $(BIN)/python -m tests.clients.run; failed=$$?; \
	$(BIN)/python -m tests.clients.matrix > docs/clients.md; exit $$failed

SOAK_PLANTS ?= 20000

soak: .venv/.installed-dev  ## the oracle over many thousand drawn plants: other ones each time
	@echo "$(SOAK_PLANTS) plants, begun `date`"
	ORACLE_PLANTS=$(SOAK_PLANTS) $(BIN)/pytest tests/oracle -n 2 --timeout=0
	@echo "$(SOAK_PLANTS) plants, ended `date`"

.venv/.installed-run: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/.installed-run

COMPILE = $(BIN)/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --no-header --no-emit-index-url \
	--no-emit-find-links --no-emit-options

requirements: .venv/.installed-dev  ## pin again after editing a .in file
	$(COMPILE) -o requirements.txt requirements.in
	$(COMPILE) -o requirements-dev.txt requirements-dev.in

messages: .venv/.installed-dev  ## collect and compile the texts of the three languages (needs gettext)
	$(BIN)/python manage.py makemessages -l es -l pt_BR --no-location -i .venv -i var -i tests -i node_modules
	$(BIN)/python manage.py compilemessages -i .venv -i var -i node_modules

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache
