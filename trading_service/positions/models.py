"""A position: the net of a customer's fills in one instrument, by the average cost method.

- A buy adds its amount and its fee to ``cost_basis``.
- A sell of *n* out of *q* takes ``cost_basis × n ÷ q`` out (half away from zero; all that is left
  with the last unit), and its amount less its fee less that cost goes to ``realized_pnl``.

So at every moment ``realized_pnl − cost_basis`` is exactly the cash that the customer's fills of the
instrument have brought in: no fee and no rounding remainder is forgotten.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id


class Position(models.Model):
    """One customer's units of one instrument; the row stays when all are sold.

    ``held_quantity``: the part of ``quantity`` set aside for open sells. ``cost_basis`` and
    ``realized_pnl``: minor units of the instrument's currency.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField()
    instrument = models.ForeignKey(
        "reference.ListedInstrument", on_delete=models.PROTECT, related_name="positions", db_index=False
    )
    quantity = models.BigIntegerField(default=0)
    held_quantity = models.BigIntegerField(default=0)
    cost_basis = models.BigIntegerField(default=0)
    realized_pnl = models.BigIntegerField(default=0)
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
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.instrument.ticker}"

    @property
    def available_quantity(self) -> int:
        """What can still be sold."""
        return self.quantity - self.held_quantity
