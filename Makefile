# Everything one does with Birzha. Values can be given: make up BIRZHA_PORT=9000
RUN := @sh compose/local/run
export CONFIRM FILE FILES ID MARKET PYTHON SEEDS SEED FAULT RECOVERY ONLY RUNS PROFILE ARGS

.DEFAULT_GOAL := help
.PHONY: help up dev restart shell psql down status logs reset reset-market backup restore drill upgrade demo import market check trace events replay gateway-reload gateway-restart canary canary-status promote rollback faults bench bench-gateway test pictures screenshots lint lock audit rotate-key docker-env docker-up docker-down docker-test docker-faults

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

up: ## install, start everything, wait until it is ready (BIRZHA_PORT=8000, BIRZHA_CURRENCY=RUB, BIRZHA_MARKET=folder)
	$(RUN) up

dev: ## the same for development: saved code is reloaded, DEBUG on this machine only
	$(RUN) dev

down: ## stop everything; the data is kept
	$(RUN) down

status: ## processes, memory, address
	$(RUN) status

logs: ## follow the logs (SERVICE=trading for one)
	$(RUN) logs $(SERVICE)

restart: ## restart a service with the current code (SERVICE=trading)
	$(RUN) restart $(SERVICE)

shell: ## the Django shell of a service (SERVICE=trading, ARGS='-c "print(1)"')
	$(RUN) shell "$(SERVICE)" $(ARGS)

psql: ## psql in a service's database, as the service's own role (SERVICE=trading, ARGS='-c "select 1"')
	$(RUN) psql "$(SERVICE)" $(ARGS)

reset: ## stop and delete all data (asks first, unless YES=1)
	$(RUN) reset $(if $(filter 1,$(YES)),--yes)

reset-market: ## let the market start over: accounts stay, cash and positions go (asks first, unless CONFIRM=yes)
	$(RUN) reset-market

backup: ## every database and secret into one file, while the system runs (BIRZHA_BACKUPS=folder)
	$(RUN) backup

restore: ## put a backup into an empty system (FILE=..., BIRZHA_HOME=folder); make up starts it
	$(RUN) restore

drill: ## restore a new backup beside the running system, check it and compare it
	$(RUN) drill

upgrade: ## every service to the checkout as it is now, while customers trade (VERSION=path, git ref, previous)
	$(RUN) upgrade $(if $(VERSION),--version "$(VERSION)")

demo: ## run a new user's whole story through the public API (MARKET=rub, eur or a folder: on a system of its own)
	$(RUN) demo

import: ## import price files and lists of instruments, each recognised by its content (FILES="list.csv prices/*.zip", ARGS="--dry-run --ticker TSTA")
	$(RUN) import $(ARGS)

market: ## show the market's day, or set its clock (ARGS=pause, resume, next, "speed 120", "go 2012-06-12")
	$(RUN) market $(ARGS)

check: ## check that nothing was lost, created or spent twice (WAIT=30, ARGS="--only I3 I10"; ARGS=--help)
	$(RUN) check $(if $(WAIT),--wait $(WAIT)) $(ARGS)

trace: ## one click's whole story from the databases of all services (ID=of a request, trace, order or event)
	$(RUN) trace

events: ## the events of every service: unsent, lag of each subscriber, retries, dead letters
	$(RUN) events status

replay: ## send again the events that a subscriber has missed
	$(RUN) events replay --missing

gateway-reload: ## reload gateway/gateway.yaml without losing a request
	$(RUN) gateway-reload

gateway-restart: ## replace Envoy by a new process without losing a request
	$(RUN) gateway-restart

rotate-key: ## rotate the key that signs access tokens; takes six minutes, no request fails
	$(RUN) rotate-key

canary: ## start a second version of a service beside the first (SERVICE=trading WEIGHT=10 VERSION=path, git ref, checkout, previous)
	$(RUN) canary $(or $(SERVICE),$(error SERVICE=trading, user, ... is missing)) --weight $(or $(WEIGHT),10) \
		$(if $(VERSION),--version "$(VERSION)")

canary-status: ## versions of the services, statistics and history of the canaries
	$(RUN) canary-status

promote: ## make the canary's version the stable one (SERVICE=trading)
	$(RUN) promote $(or $(SERVICE),$(error SERVICE=trading, user, ... is missing))

rollback: ## stop a canary; one that fails is stopped automatically (SERVICE=trading)
	$(RUN) rollback $(or $(SERVICE),$(error SERVICE=trading, user, ... is missing))

faults: ## inject faults under load (SEEDS=1, SEED=n to repeat one, FAULT=name or kind, FAULT=list, STEPS=n of the matcher)
	$(RUN) faults

bench: ## measure how fast it is (ONLY=drain, RUNS=3, PROFILE=trading-worker); written to docs/benchmarks.md
	$(RUN) bench

bench-gateway: ## measure what Envoy and nginx cost (RUNS=3); written to docs/benchmarks.md
	@ONLY="gateway services" sh compose/local/run bench

test: ## every check and test with coverage, on a system of its own (ONLY=path[::name] runs some in seconds; ARGS="-k word")
	$(RUN) test

pictures: ## take the README's screenshots, on a system that stays up until make down
	$(RUN) pictures

screenshots: ## every page as everybody may see it, into .screenshots/, to be looked at (LANGUAGE=ru, VIEW=dark, 360, forced, text, zoom)
	$(RUN) screenshots

lint: ## ruff, mypy, import-linter, and that files written from others are what they are written from
	$(RUN) lint

audit: ## known vulnerabilities of the locked packages; versions of the servers
	$(RUN) audit

lock: ## renew the lock files in requirements/
	$(RUN) lock

docker-env: ## in containers: write compose/docker/.env with this system's secrets and choices
	@python3 -m compose.docker env

docker-up: ## in containers: build the image, start everything, wait until it is ready
	@python3 -m compose.docker up

docker-down: ## in containers: stop everything; the volumes are kept
	@python3 -m compose.docker down

docker-test: ## in containers: the story and every invariant, before and after containers were killed
	@python3 -m compose.docker test

docker-faults: ## in containers: partitions, kills and pauses of containers under load (FAULT=cut, SEED=n); Linux, as root
	$(RUN) docker-faults
