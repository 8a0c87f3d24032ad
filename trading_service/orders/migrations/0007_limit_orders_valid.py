"""Checks the rows of before against the constraints of 0006, while everybody goes on writing."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_limit_orders")]
    backward_compatible = "the version before keeps to the constraints, which are there already"

    operations = [
        ValidateConstraint("order", "order_reason"),
        ValidateConstraint("order", "order_type_fits_prices"),
        ValidateConstraint("order", "order_fee_schedule"),
    ]
