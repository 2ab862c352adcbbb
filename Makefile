# Two commands matter: `make run` and `make test`. The rest helps while changing the code.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
export HOST PORT
# Without its compiled files each process of the tests would compile every module and every test again.
unexport PYTHONDONTWRITEBYTECODE
BIN = .venv/bin

.PHONY: run test check unit unit-postgres clients soak soak-oracle soak-faults soak-inputs soak-day requirements messages clean

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

SOAK_RACES ?= 10000
SOAK_KILLS ?= 1000
SOAK_INPUTS ?= 1000000
SOAK_CALLBACKS ?= 100000
SOAK_MINUTES ?= 20
SOAK_SEED ?= $(shell date +%s)

soak: soak-oracle soak-faults soak-inputs soak-day  ## the long forms: hours to days

soak-faults: .venv/.installed-dev  ## races and kills, on each engine
	@echo "$(SOAK_RACES) races, $(SOAK_KILLS) kills, seed $(SOAK_SEED), begun `date`"
	BLACKBOX_SEED=$(SOAK_SEED) BLACKBOX_RACES=$(SOAK_RACES) BLACKBOX_KILLS=$(SOAK_KILLS) \
		$(BIN)/python -m pytest -n 0 --timeout=0 -p tests.recorded_results tests/blackbox/test_races.py tests/blackbox/test_kills.py
	@echo "ended `date`"

soak-inputs: var/soak/.installed  ## generated messages, forms, callbacks and requests, and coverage-guided ones for the parsers
	@echo "$(SOAK_INPUTS) inputs, $(SOAK_CALLBACKS) callbacks, begun `date`"
	BLACKBOX_INPUTS=$(SOAK_INPUTS) BLACKBOX_CALLBACKS=$(SOAK_CALLBACKS) \
		$(BIN)/python -m pytest -n 0 --timeout=0 -p tests.recorded_results tests/blackbox/test_generated_inputs.py -k sqlite_x4
	$(BIN)/python -m tests.blackbox.soak.fuzz_api 100
	var/soak/bin/python -m tests.blackbox.soak.fuzz_parsers -runs=$(SOAK_INPUTS)
	@echo "ended `date`"

soak-day: .venv/.installed-dev  ## a day of mixed load on each engine (needs faketime and cc)
	for engine in sqlite_x1 sqlite_x4 postgresql_x4; do \
		$(BIN)/python -m tests.blackbox.soak.day 24 $(SOAK_MINUTES) $$engine || exit 1; done

# Tools that the suite does without. They see the packages of .venv too.
var/soak/.installed: tests/blackbox/soak/requirements.txt .venv/.installed-dev
	$(PYTHON) -m venv var/soak
	var/soak/bin/pip install -q --disable-pip-version-check -r tests/blackbox/soak/requirements.txt
	$(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))" \
		> "`var/soak/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))"`/of_the_project.pth"
	@touch $@

soak-oracle: .venv/.installed-dev  ## the oracle over many thousand drawn plants, tools with drawn arguments: other ones each time
	@echo "$(SOAK_PLANTS) plants, begun `date`"
	ORACLE_PLANTS=$(SOAK_PLANTS) $(BIN)/pytest tests/oracle tests/property -n 2 --timeout=0
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
