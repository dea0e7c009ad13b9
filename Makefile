# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Needs Linux, make, and Python 3.11 or later with venv. PYTHON names one if python3 is older or something else.

PYTHON ?= python3
VENV := .venv/bin/python
LEGS ?=
GATES ?=
SECTIONS ?=
TARGETS ?=
OPTIONS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo newcomer tree test lint sanity units integration deep emulator-tests docs bench chaos policy prowler fuzz search mutants coverage \
  targets rulebook site certification build release-check publish clean distclean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo '  make test GATES="units mypy" runs some gates only; these are all, by group:'
	@$(PYTHON) scripts/gates.py --list | sed 's/^/    /'

setup: ## make .venv, and .venv-2.18, -2.21 and -2.22 where their Pythons are, from pinned requirements; LEGS=main: some
	@$(PYTHON) scripts/setup_env.py $(LEGS)

demo: ## audit and harden an account of 60 users on the emulator; makes .venv only
	@$(PYTHON) scripts/setup_env.py main
	@$(VENV) tests/demo/demo.py

newcomer: setup ## play and time a newcomer's path: clone, make demo (at most 3 minutes), read the report, harden a second account
	@$(VENV) tests/demo/newcomer.py

tree: setup ## make build/tree/ansible_collections/hardening/aws, to set ANSIBLE_COLLECTIONS_PATH to build/tree
	@$(VENV) scripts/collection_tree.py

test: setup ## all gates: lint, sanity, units, docs, build, emulator and integration tests
	@$(VENV) scripts/gates.py $(GATES)

lint sanity units integration deep emulator-tests docs build: setup
	@$(VENV) scripts/gates.py $@

lint: ## ansible-lint, yamllint, ruff, black, mypy, reuse, changelog, links, tests/project
sanity: ## ansible-test sanity, every test, no ignores
units: ## ansible-test units
integration: ## the integration tests, on the emulator
deep: ## those of them that make test has no time for: the same kills, faults and refusals in more places
emulator-tests: ## the emulator's own tests
docs: ## antsibull-docs over the plugins' documentation
build: ## the Galaxy artifact in build/dist, judged by galaxy-importer

bench: setup ## measure speed against boto3, the AWS CLI and an empty playbook; SECTIONS=attach,retire: some of it
	@$(VENV) tests/benchmark/run.py $(if $(SECTIONS),--only $(SECTIONS))

chaos: setup ## 50 kills of the role over 200 users (5 and 40 in make test), 200 runs on an unreliable AWS (60), 300 users offboarded, attached a policy and rotated on one (12), a kill between Vault and AWS
	@SEED_HOOKS=all BULK_CHAOS_USERS=300 ROLE_CHAOS_KILLS=50 ROLE_CHAOS_USERS=200 UNRELIABLE_RUNS=200 $(VENV) -m pytest -q -s \
	  tests/integration/role/test_role_chaos.py tests/integration/test_unreliable_aws.py \
	  tests/integration/role/test_bulk_on_unreliable_aws.py tests/integration/role/test_seed_hook_vault.py \
	  tests/integration/role/test_seed_hook_1password.py

policy: setup ## judge the enforced policy, also by an evaluator from npm, which is installed into build/policy-simulator
	@$(VENV) -m pytest -q -rs tests/integration/role/test_role_policy.py tests/integration/role/test_role_policy_simulator.py

search: tree ## play 100,000 scenarios of kills, lost replies, stale lists and interleaved runs; RUNS=1000: so many
	@PYTHONPATH=build/tree $(VENV) tests/search/search.py --runs $(or $(RUNS),100000) --first $(or $(FIRST),0)

mutants: tree ## change the files that decide, one thing at a time: do their unit tests notice? FILES=totp: some of them
	@$(VENV) scripts/mutants.py $(FILES)

coverage: setup ## which lines and branches of plugins/ do the unit and the integration tests of make test run? OPTIONS="-k rotate": some of these
	@$(VENV) scripts/measure_coverage.py -- $(OPTIONS)

prowler: setup ## compare the report's verdicts with those of Prowler, which is installed for that into build/prowler
	@test -x build/prowler/bin/prowler || { $(PYTHON) -m venv build/prowler && \
	  build/prowler/bin/pip install --quiet --disable-pip-version-check -r tests/requirements-prowler.txt; }
	@PROWLER="$(CURDIR)/build/prowler/bin/prowler" $(VENV) -m pytest -q tests/integration/report/test_report_prowler.py

fuzz: setup ## hostile values in every option of every plugin (one of them in make test), in every input of the role and of the playbooks, and in what AWS lists
	@FUZZ=1 $(VENV) -m pytest -q -n 2 tests/integration/test_hostile_input.py tests/integration/test_hostile_plugins.py \
	  tests/integration/role/test_hostile_inputs.py tests/integration/role/test_templates_from_aws.py

targets: setup ## what ansible-test runs in tests/integration/targets, on the emulator or a real account; TARGETS="iam_mfa_device totp": some of them
	@$(VENV) scripts/targets.py $(TARGETS)

rulebook: setup ## run the rulebooks with ansible-rulebook, which is installed for that into build/rulebook; needs Java
	@test -x build/rulebook/bin/ansible-rulebook || { $(PYTHON) -m venv build/rulebook && \
	  build/rulebook/bin/pip install --quiet --disable-pip-version-check -r tests/requirements-rulebook.txt; }
	@RULEBOOK="$(CURDIR)/build/rulebook/bin/ansible-rulebook" $(VENV) -m pytest -q tests/integration/test_rulebook.py

release-check: setup ## say what is missing for a release; TAG=v1.2.3: of this version
	@$(VENV) scripts/release_check.py $(TAG)

publish: setup ## publish what make build left in build/dist, with the token of Galaxy in the environment as GALAXY_TOKEN
	@test -n "$$GALAXY_TOKEN" || { echo "GALAXY_TOKEN is empty: set it to a token of Galaxy" >&2; exit 2; }
	@umask 077; file=$$(mktemp); trap 'rm -f "$$file"' EXIT; printf 'token: %s\n' "$$GALAXY_TOKEN" > "$$file"; \
	  ANSIBLE_GALAXY_TOKEN_PATH="$$file" .venv/bin/ansible-galaxy collection publish build/dist/*.tar.gz

certification: setup ## ansible-lint, antsibull-docs and galaxy-importer with ansible-core 2.18, 2.20, 2.21 and 2.22, sanity with 2.20 and 2.22, installed for that into build/certification
	@$(VENV) scripts/certification.py
	@$(VENV) scripts/gates.py $@

site: setup ## the documentation as a site in build/site; warnings are errors
	@$(VENV) scripts/make_site.py

clean: ## remove what the gates made
	rm -rf build tests/output .ansible .mypy_cache .pytest_cache .ruff_cache

distclean: clean ## and the virtual environments
	rm -rf .venv .venv-2.18 .venv-2.21 .venv-2.22
