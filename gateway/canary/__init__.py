"""Canaries: a second version of a service beside the first, with a share of its requests.

``state`` remembers versions, shares and what happened, ``stats`` reads how both versions do, ``verdict`` says
whether the second one fails, ``watch`` looks again and again.
"""
