"""The system on a cluster: the third reader of ``compose/system``, after ``local`` and ``docker``.

``base``, ``overlays``  what ``kubectl apply -k`` takes, with ``scaled`` between; written by ``render``
``cluster.py``          where things are, names, the secrets that each process is given
``objects.py``          the pieces of which pods consist
``workloads.py``        our processes and the job that migrates · ``edge.py``: Envoy and nginx
``data.py``             PostgreSQL and Valkey on one node · ``operators.py``: by operators
``network_policies.py`` who talks to whom · ``scaling.py``: how many of each
``configure.py``        before a container starts: its files
``wait.py``             before a container starts: what it needs is there
``secrets.py``          makes a system's secrets, to be applied once

The image is that of ``compose/docker``. See docs/kubernetes.md.
"""
