"""Faults under load: is anything lost, made or done twice when processes, servers and clocks fail?

``python -m tests.faults`` (``make faults``) runs trials on a system of its own. One trial is one seed:
customers trade with the house and with each other, rest in the book, replace, cancel, deposit and withdraw
through the gateway and remember what they were told, faults come by a schedule drawn from the seed, the
invariants that hold at every moment are looked at all the while, and after the last fault has been healed
everything must be right within 30 seconds: with the orders that rest, and again when all have been canceled.

==================  ==========================================================================
``kinds/``          the faults: small objects that inject and heal
``schedule.py``     which faults come when
``client.py``       calls whose outcome is remembered: ok, refused or unknown
``customer.py``     a customer, who remembers what they were told
``load.py``         what the customers do, each in a thread
``promises.py``     what the customers were told against what there is (I17)
``watch.py``        the invariants while faults are on, and after them
``trial.py``        one seed
``mail_server.py``  the SMTP server that fails
``target.py``       the system that all of this is done to
==================  ==========================================================================
"""
