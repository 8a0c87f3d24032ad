"""The events between the services: one module per publishing service, frozen typed payloads.

An event's type name is ``<publisher>.<aggregate>.<what happened>.v<version>``. A field is never
removed and never changes its meaning within a version; a new optional field needs a default.
"""

from servicekit.contracts import billing, market, trading, user
from servicekit.contracts.base import REGISTRY, ContractError, Event, parse_id
