"""Events of trading_service: stream ``events:trading``."""

from servicekit.contracts.trading.actions import (
    DividendAllocated,
    DividendCompleted,
    SplitAllocated,
    SplitCompleted,
)
from servicekit.contracts.trading.alerts import AlertFired
from servicekit.contracts.trading.closings import ClosingChecked
from servicekit.contracts.trading.orders import (
    OrderCanceled,
    OrderCanceledV2,
    OrderCancelRequested,
    OrderExpired,
    OrderFilled,
    OrderFilledV2,
    OrderPlaced,
    OrderPlacedV2,
    OrderRejected,
    OrderSubmitted,
    OrderSubmittedV2,
)
