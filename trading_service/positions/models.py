"""A position: the net of a customer's fills in one instrument, with the lots it was bought in.

Fees belong to the cost: a buy costs its amount and its fee, a sell brings its amount less its fee. What
the sold units had cost is known by two methods at once (docs/adr/0046):

- *Average cost*, kept in the position. A sell of *n* out of *q* takes ``cost_basis × n ÷ q`` out (half away
  from zero; all that is left with the last unit), and what it brought less that goes to ``realized_pnl``.
- *FIFO*, first in, first out, from the lots: what was bought first is sold first. Lots never change, because
  how many units were sold in all says which lots are left; see :attr:`Lot.cost_left`.

By either method ``realized − cost`` is exactly the cash that the customer's fills of the instrument have
brought in: no fee and no rounding remainder is forgotten, and the methods never differ in the sum of
realized and unrealized profit.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id


class Position(models.Model):
    """One customer's units of one instrument; the row stays when all are sold.

    ``held_quantity``: the part of ``quantity`` set aside for open sells. ``cost_basis`` and
    ``realized_pnl``: minor units of the instrument's currency, by the average cost method.
    ``bought_quantity`` and ``bought_cost``: of all buys so far, the sums over the lots.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField()
    instrument = models.ForeignKey(
        "reference.ListedInstrument", on_delete=models.PROTECT, related_name="positions", db_index=False
    )
    quantity = models.BigIntegerField(default=0, db_default=0)
    held_quantity = models.BigIntegerField(default=0, db_default=0)
    cost_basis = models.BigIntegerField(default=0, db_default=0)
    realized_pnl = models.BigIntegerField(default=0, db_default=0)
    bought_quantity = models.BigIntegerField(default=0, db_default=0)
    bought_cost = models.BigIntegerField(default=0, db_default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = [
            models.UniqueConstraint(fields=["user_id", "instrument"], name="position_unique"),
            models.CheckConstraint(
                condition=Q(held_quantity__gte=0, held_quantity__lte=F("quantity")),
                name="position_held_within_quantity",
            ),
            models.CheckConstraint(condition=Q(cost_basis__gte=0), name="position_cost"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) | Q(cost_basis=0), name="position_nothing_costs_nothing"
            ),
            models.CheckConstraint(
                condition=Q(bought_quantity__gte=F("quantity"), bought_cost__gte=F("cost_basis")),
                name="position_bought",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.instrument.ticker}"

    @property
    def available_quantity(self) -> int:
        """What can still be sold."""
        return self.quantity - self.held_quantity

    @property
    def sold_quantity(self) -> int:
        """How many units were sold so far."""
        return self.bought_quantity - self.quantity

    @property
    def sold_proceeds(self) -> int:
        """What they brought, fees deducted, in minor units."""
        return self.realized_pnl - self.cost_basis + self.bought_cost


class Lot(models.Model):
    """What one fill bought, and what it cost, fee included, in minor units. Never changed.

    ``bought_before`` and ``cost_before``: the sums over the position's earlier lots. So one lookup by
    ``bought_before`` finds the lot that the next unit is sold from, however many there are.
    """

    id = models.BigAutoField(primary_key=True)
    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="lots", db_index=False)
    bought_at = models.DateTimeField()
    quantity = models.BigIntegerField()
    cost = models.BigIntegerField()
    bought_before = models.BigIntegerField()
    cost_before = models.BigIntegerField()

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            models.UniqueConstraint(fields=["position", "bought_before"], name="lot_place_unique"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="lot_quantity"),
            models.CheckConstraint(
                condition=Q(cost__gte=0, bought_before__gte=0, cost_before__gte=0), name="lot_sums"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} @ {self.bought_at:%Y-%m-%d %H:%M:%S}"

    def cost_left(self, *, sold_quantity: int, bought_cost: int) -> int:
        """What the units that are left cost by FIFO, in minor units.

        Of this lot, the one that the next unit is sold from, as large a part is gone as of its units, half
        away from zero; all of the lots before it is gone, and nothing of those after it.

        Args:
            sold_quantity: how many units of the position were sold so far.
            bought_cost: of the position.
        """
        gone = sold_quantity - self.bought_before
        return bought_cost - self.cost_before - part_of_cost(self.cost, gone, self.quantity)


class DailyFlow(models.Model):
    """What a position's fills of one day (UTC, of their execution) come to; minor units, fees included.

    ``bought_cost``: what was paid. ``sold_proceeds``: what was received; below zero where a fee was more
    than what the units brought.
    """

    id = models.BigAutoField(primary_key=True)
    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="flows", db_index=False)
    day = models.DateField()
    bought_quantity = models.BigIntegerField()
    bought_cost = models.BigIntegerField()
    sold_quantity = models.BigIntegerField()
    sold_proceeds = models.BigIntegerField()

    class Meta:
        verbose_name = _("day of a position")
        verbose_name_plural = _("days of positions")
        constraints = [
            models.UniqueConstraint(fields=["position", "day"], name="daily_flow_unique"),
            models.CheckConstraint(
                condition=Q(bought_quantity__gte=0, bought_cost__gte=0, sold_quantity__gte=0),
                name="daily_flow_sums",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}: +{self.bought_quantity} −{self.sold_quantity}"


class DayOpening(models.Model):
    """What a position had come to when the market's day began, so that the day's part is what it has now less
    that. One row a position, written anew at the end of each day; none: it was nothing yet.

    Quantities and money as in :class:`Position`.
    """

    position = models.OneToOneField(
        Position, on_delete=models.PROTECT, primary_key=True, related_name="opening"
    )
    bought_quantity = models.BigIntegerField()
    bought_cost = models.BigIntegerField()
    sold_quantity = models.BigIntegerField()
    sold_proceeds = models.BigIntegerField()

    def __str__(self) -> str:
        return f"+{self.bought_quantity} −{self.sold_quantity}"


def part_of_cost(cost: int, units: int, quantity: int) -> int:
    """``cost × units ÷ quantity`` in minor units, half away from zero, exactly; nothing is below zero."""
    return (2 * cost * units + quantity) // (2 * quantity)
