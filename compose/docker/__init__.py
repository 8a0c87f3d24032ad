"""The system in containers: the second reader of ``compose/system``, beside ``compose/local``.

``compose.yaml``   written by ``render`` (our processes; ``servers``, ``blocks``) from the description
``Dockerfile``     the one image of every process that is ours
``observe.py``      the containers of the profiles: mail, Prometheus and Grafana (``grafana/``)
``cache.sh``       starts nginx, and lets it look its hosts up again
``network.py``     where things are when each has a host of its own
``configure.py``   before the servers start: their files
``prepare.py``     before the services start: roles, databases, tables, keys
``serve.py``       a container becomes its process
``healthy.py``     whether a container's process serves
``dotenv.py``      `make docker-env`: the file of choices and secrets
``__main__.py``    `make docker-up`, `docker-down`, `docker-test`
"""
