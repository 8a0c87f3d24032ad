# Everything one does with Birzha. Values can be given: make up BIRZHA_PORT=9000
RUN := @sh compose/local/run
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help up down status logs reset demo check test lint lock

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

up: ## install, start everything, wait until it serves (BIRZHA_PORT=8000, BIRZHA_HOME=.birzha)
	$(RUN) up

down: ## stop everything; the data stays
	$(RUN) down

status: ## processes, memory, address
	$(RUN) status

logs: ## follow the logs (SERVICE=trading for one)
	$(RUN) logs $(SERVICE)

reset: ## stop and delete all data (asks first; YES=1 does not)
	$(RUN) reset $(if $(filter 1,$(YES)),--yes)

demo: ## walk a new user's whole story through the public API
	$(RUN) demo

check: ## check that nothing was lost, made or spent twice
	$(RUN) check

test: ## every check and every test, on a system of its own
	$(RUN) test

lint: ## ruff, mypy, import-linter
	$(RUN) lint

lock: ## renew the lock files in requirements/
	$(RUN) lock
