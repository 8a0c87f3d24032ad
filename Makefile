# Everything one does with Birzha. Values can be given: make up BIRZHA_PORT=9000
RUN := @sh compose/local/run
export PYTHON SEEDS SEED FAULT RECOVERY ONLY RUNS PROFILE ARGS

.DEFAULT_GOAL := help
.PHONY: help up dev restart shell psql down status logs reset demo check events replay gateway-reload gateway-restart canary canary-status promote rollback faults bench bench-gateway test pictures lint lock audit rotate-key

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

up: ## install, start everything, wait until it serves (BIRZHA_PORT=8000, BIRZHA_HOME=.birzha)
	$(RUN) up

dev: ## the same for whoever changes the code: DEBUG for this machine only; what is saved runs
	$(RUN) dev

down: ## stop everything; the data stays
	$(RUN) down

status: ## processes, memory, address
	$(RUN) status

logs: ## follow the logs (SERVICE=trading for one)
	$(RUN) logs $(SERVICE)

restart: ## start a service anew, with the code as it is (SERVICE=trading)
	$(RUN) restart $(SERVICE)

shell: ## the Django shell of a service (SERVICE=trading, ARGS='-c "print(1)"')
	$(RUN) shell "$(SERVICE)" $(ARGS)

psql: ## a service's database, as the service's own role (SERVICE=trading, ARGS='-c "select 1"')
	$(RUN) psql "$(SERVICE)" $(ARGS)

reset: ## stop and delete all data (asks first; YES=1 does not)
	$(RUN) reset $(if $(filter 1,$(YES)),--yes)

demo: ## walk a new user's whole story through the public API
	$(RUN) demo

check: ## check that nothing was lost, made or spent twice (WAIT=30, ARGS="--only I3 I10"; ARGS=--help)
	$(RUN) check $(if $(WAIT),--wait $(WAIT)) $(ARGS)

events: ## the events of every service: unsent, how far each subscriber lags, retried, dead letters
	$(RUN) events status

replay: ## send again what a subscriber has missed
	$(RUN) events replay --missing

gateway-reload: ## reload gateway/gateway.yaml without losing a request
	$(RUN) gateway-reload

gateway-restart: ## a new Envoy takes over from the old one, without losing a request
	$(RUN) gateway-restart

rotate-key: ## a new key signs access tokens; takes six minutes, no request fails
	$(RUN) rotate-key

canary: ## a second version of a service beside the first (SERVICE=trading WEIGHT=10 VERSION=path, git ref, checkout, previous)
	$(RUN) canary $(or $(SERVICE),$(error SERVICE=trading, user, ... is missing)) --weight $(or $(WEIGHT),10) \
		$(if $(VERSION),--version "$(VERSION)")

canary-status: ## which version each service runs, how the canaries do, what happened
	$(RUN) canary-status

promote: ## the canary's version becomes the stable one (SERVICE=trading)
	$(RUN) promote $(or $(SERVICE),$(error SERVICE=trading, user, ... is missing))

rollback: ## end a canary; the controller does it by itself when one fails (SERVICE=trading)
	$(RUN) rollback $(or $(SERVICE),$(error SERVICE=trading, user, ... is missing))

faults: ## break everything under load (SEEDS=1, SEED=n to repeat one, FAULT=name or kind, FAULT=list)
	$(RUN) faults

bench: ## how fast is it? (ONLY=drain, RUNS=3, PROFILE=trading-worker); written to docs/benchmarks.md
	$(RUN) bench

bench-gateway: ## what do Envoy and nginx cost? (RUNS=3); written to docs/benchmarks.md
	@ONLY="gateway services" sh compose/local/run bench

test: ## every check and every test with its coverage, on a system of its own (ONLY=path[::name] some, in seconds; ARGS="-k word")
	$(RUN) test

pictures: ## take the pictures of the README, of a system that is kept until make down
	$(RUN) pictures

lint: ## ruff, mypy, import-linter
	$(RUN) lint

audit: ## known vulnerabilities of everything that is locked; the servers' versions
	$(RUN) audit

lock: ## renew the lock files in requirements/
	$(RUN) lock
