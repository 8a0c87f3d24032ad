"""Canaries: a second version of a service beside the first, with a share of its requests.

``state`` remembers versions, shares and what happened. ``stats`` reads how both versions do, ``verdict`` says
whether the second one fails, ``watch`` looks again and again, ``event_watch`` at its events. ``lifecycle``
starts, promotes and ends canaries, ``controller`` rolls back; a ``runner`` alone knows how processes are run.
"""
