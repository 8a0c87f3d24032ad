"""Publishing: the outbox, the relay that sends what it holds, and the stream that takes it.

Use-cases call :func:`publish` or :func:`publish_many` in their transaction.
"""

from servicekit.messaging.publish.changes import publish_changes
from servicekit.messaging.publish.outbox import Outgoing, origins, publish, publish_many
from servicekit.messaging.publish.quotes import publish_quotes
