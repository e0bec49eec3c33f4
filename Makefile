# Every command of the README. A fresh machine needs python3 (3.11 or newer), make and git.
PYTHON ?= python3
BIN := .venv/bin
RAW := $(or $(CUSTOMER_VALUE_RAW),data/raw)
VARS_FILE := $(or $(CUSTOMER_VALUE_VARS_FILE),data/company.yml)

# uv takes a quarter of pip's time, and pip takes over where uv cannot: where an index is named to pip alone.
PIP_INSTALL := pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement
install = $(BIN)/uv pip install --quiet --python $(1) --require-hashes --no-deps --compile-bytecode --requirement $(2) \
	|| $(1)/bin/python -m $(PIP_INSTALL) $(2)

.DEFAULT_GOAL := help
.PHONY: help setup contract generate load build check publish run report serve docs superset test test-postgres test-spark structure torture layout fuzz mutate bench freshness lint lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/installed  ## make the environment in .venv

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "python3 is older than 3.11: name a newer one, make setup PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.lock
	-$(BIN)/python -m $(PIP_INSTALL) .venv/uv.lock
	$(call install,.venv,requirements.lock)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@# Importing dbt is three times faster from byte code, which some environments do not write by themselves.
	@$(BIN)/python -m compileall -q $(BIN)/../lib > /dev/null || true
	@touch $@

$(RAW):
	@$(MAKE) generate

generate: setup  ## write the demonstration company
	$(BIN)/customer-value generate

load: setup  ## check the inputs and make them visible to the warehouse
	$(BIN)/customer-value load

build: setup  ## dbt build: staging, intermediate, marts and their tests
	$(BIN)/customer-value build

check: setup  ## test the marts against the expectations
	$(BIN)/customer-value check

publish: setup  ## publish the marts to readers
	$(BIN)/customer-value publish

run: setup | $(RAW)  ## load, build, check and publish; writes the demonstration company where there are no inputs
	$(BIN)/customer-value run

report: setup  ## the dashboard of what is published, as pages
	$(BIN)/customer-value report

serve: setup  ## the dashboard on this machine, rebuilt after each publication
	$(BIN)/customer-value serve

docs: setup  ## dbt's documentation of every table, beside the report
	$(BIN)/customer-value docs

superset: setup  ## Apache Superset with the marts and a dashboard, in an environment of its own (optional: 900 MB)
	bash deploy/superset/run

contract: setup  ## write macros/contract.sql from the contract of the inputs
	$(BIN)/python -m customer_value.contract

# Three quarters of the time of SQLFluff's rules: left to the nightly workflow and to the hooks before a commit.
LAYOUT := LT01,LT02,LT05,LT14
# Two processes with a half each: with --processes, SQLFluff reads all files in one of them.
SQLFLUFF = printf '%s\n' models/intermediate "$$(ls -d models/*/ analyses tests/reconciliation | grep -v intermediate | xargs)" \
	| xargs -L 1 -P 2 $(BIN)/sqlfluff lint

# What dbt reads of the project takes it half a minute, once.
target/manifest.json: .venv/installed FORCE
	DBT_TARGET_PATH=target $(BIN)/dbt --quiet parse --target lint

FORCE:

lint: target/manifest.json  ## ruff, and SQLFluff but for layout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(SQLFLUFF) --exclude-rules ST06,ST11,$(LAYOUT)

layout: target/manifest.json  ## SQLFluff's rules of layout (three minutes)
	$(SQLFLUFF) --rules $(LAYOUT)

structure: target/manifest.json .venv-structure/installed  ## dbt-bouncer: layers, folders, names, tests and sizes of models
	.venv-structure/bin/dbt-bouncer run --config-file tests/structure/dbt-bouncer.yml

.venv-structure/installed: tests/structure/requirements.lock
	$(PYTHON) -m venv .venv-structure
	$(call install,.venv-structure,$<)
	@touch $@

test: setup  ## lint, build with unit tests and reconciliations, expectations, pytest in two processes
	$(MAKE) --jobs 2 lint structure
	$(BIN)/pytest --numprocesses 2 --dist loadfile

test-postgres: .venv-postgres/installed  ## Postgres as target, on a server that it starts itself (apt-get install postgresql; 20 minutes)
	.venv-postgres/bin/pytest -m postgres tests/python/test_postgres.py

test-spark: .venv-spark/installed  ## Spark as target, in this machine's Java (apt-get install openjdk-17-jre-headless; half an hour)
	.venv-spark/bin/pytest -m spark tests/python/test_spark.py

# The project with what one target needs beside it.
.venv-postgres/installed .venv-spark/installed: .venv-%/installed: requirements.lock tests/%/requirements.lock | setup
	$(PYTHON) -m venv .venv-$*
	$(call install,.venv-$*,requirements.lock)
	$(call install,.venv-$*,tests/$*/requirements.lock)
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

torture: setup  ## kill runs 30 times, swap 1,000 publications under eight readers (an hour)
	$(BIN)/pytest -m nightly
	CUSTOMER_VALUE_TEST_KILLS=30 CUSTOMER_VALUE_TEST_PUBLICATIONS=1000 CUSTOMER_VALUE_TEST_READERS=8 CUSTOMER_VALUE_TEST_SWITCH_SECONDS=120 $(BIN)/pytest -m 'nightly or not nightly' tests/python/test_torture.py tests/python/test_nightly.py

fuzz: setup  ## break inputs in every way (a quarter of an hour)
	CUSTOMER_VALUE_TEST_FUZZ=100 $(BIN)/pytest tests/python/test_fuzz.py

mutate: setup  ## change models a little, 200 times, and see whether a test fails; SEED draws others (a quarter of an hour)
	$(BIN)/python tests/mutation/mutate.py --seed $(or $(SEED),1) --count $(or $(COUNT),200) $(if $(ONLY),--only $(ONLY))

bench: .venv-benchmark/installed  ## what a run costs, beside the limit and other ways (SIZES="S M L"; S takes ten minutes); writes docs/benchmark.md
	$(BIN)/python tests/benchmark/benchmark.py $(or $(SIZES),S)

.venv-benchmark/installed: tests/benchmark/requirements.lock | setup
	$(PYTHON) -m venv .venv-benchmark
	$(call install,.venv-benchmark,$<)
	@touch $@

freshness: setup  ## which inputs are late, by the clock
	$(BIN)/dbt source freshness --vars "$$(cat $(VARS_FILE) 2> /dev/null || echo {})"

lock: setup  ## pin everything again
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --extra dev --output-file requirements.lock pyproject.toml
	sed -n 's/^postgres = .*"\(dbt-postgres[^"]*\)".*"\(psycopg2[^"]*\)".*/\1\n\2/p' pyproject.toml > tests/postgres/requirements.in
	cd tests/postgres && ../../$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-deps --python-version 3.11 --output-file requirements.lock requirements.in
	sed -n 's/^spark = .*"\(dbt-spark[^"]*\)".*"\(pyspark[^"]*\)".*/\1\n\2/p' pyproject.toml > tests/spark/requirements.in
	cd tests/spark && ../../$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --constraint ../../requirements.lock --output-file requirements.lock requirements.in
	cd tests/structure && ../../$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --output-file requirements.lock requirements.in
	cd tests/benchmark && ../../$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --output-file requirements.lock requirements.in

clean:  ## remove the environment and everything built
	rm -rf .venv .venv-structure .venv-postgres .venv-spark .venv-benchmark data
