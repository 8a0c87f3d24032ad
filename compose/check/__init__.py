"""``python -m compose.check``: was anything lost, created or spent twice?

Runs the invariants over the databases of a system, as the role ``auditor`` that can only read. Every
database is read in one REPEATABLE READ snapshot. An invariant is a few named queries whose rows are
violations: of one service's tables (:class:`~compose.check.model.Rows`), or what two services say of
the same thing and must say alike (:class:`~compose.check.model.SameRows`).
"""
