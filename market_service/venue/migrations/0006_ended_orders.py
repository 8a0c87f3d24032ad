from django.db import migrations, models

# What a buy or sell executed is in the trades; here is how many units of it.
_EXECUTED = "UPDATE venue_venueorder SET executed = quantity WHERE state = 'executed'"


class Migration(migrations.Migration):
    """Not one that the version before could go on with: its columns go (docs/adr/0043)."""

    dependencies = [("venue", "0005_book")]

    operations = [
        migrations.RemoveConstraint(model_name="venueorder", name="venue_order_executed_whole"),
        migrations.RemoveConstraint(model_name="venueorder", name="venue_order_within_cap"),
        migrations.RemoveConstraint(model_name="venueorder", name="venue_order_refused_whole"),
        migrations.RemoveConstraint(model_name="venueorder", name="venue_order_canceled_bare"),
        migrations.RemoveConstraint(model_name="venueorder", name="venue_order_state_known"),
        migrations.RemoveIndex(model_name="venueorder", name="venue_order_sold"),
        migrations.RemoveField(model_name="venueorder", name="fill_id"),
        migrations.RemoveField(model_name="venueorder", name="price"),
        migrations.RemoveField(model_name="venueorder", name="execution_seq"),
        migrations.RenameField(model_name="venueorder", old_name="refuse_code", new_name="reason"),
        migrations.RenameField(model_name="venueorder", old_name="refuse_limit", new_name="reason_limit"),
        migrations.RenameField(model_name="venueorder", old_name="refuse_value", new_name="reason_value"),
        migrations.RenameField(model_name="venueorder", old_name="answered_at", new_name="ended_at"),
        migrations.AddField(
            model_name="venueorder",
            name="user_id",
            field=models.UUIDField(null=True, verbose_name="customer"),
        ),
        migrations.AddField(
            model_name="venueorder",
            name="type",
            field=models.CharField(default="", max_length=10, verbose_name="type"),
        ),
        migrations.AddField(
            model_name="venueorder",
            name="time_in_force",
            field=models.CharField(default="", max_length=3, verbose_name="time in force"),
        ),
        migrations.AddField(
            model_name="venueorder",
            name="executed",
            field=models.BigIntegerField(default=0, verbose_name="executed units"),
        ),
        migrations.AddField(
            model_name="venueorder",
            name="version",
            field=models.IntegerField(default=1, verbose_name="version"),
        ),
        migrations.AddField(
            model_name="venueorder",
            name="detail",
            field=models.CharField(
                db_default="", default="", max_length=200, verbose_name="words for the customer"
            ),
        ),
        migrations.RunSQL(_EXECUTED, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="venueorder",
            name="reason",
            field=models.CharField(
                choices=[
                    ("corporate_action", "the units changed"),
                    ("insufficient_quantity", "not enough on offer"),
                    ("instrument_halted", "trading is halted"),
                    ("operator", "canceled by an operator"),
                    ("price_moved", "the price moved"),
                    ("quote_stale", "no fresh quote"),
                    ("self_trade", "it met its customer's own order"),
                    ("unfillable", "it could not be filled whole"),
                    ("unfilled", "nothing more was on offer within its bound"),
                ],
                default="",
                max_length=32,
                verbose_name="reason",
            ),
        ),
        migrations.AlterField(
            model_name="venueorder", name="ended_at", field=models.DateTimeField(verbose_name="ended at")
        ),
        migrations.AlterField(
            model_name="venueorder",
            name="state",
            field=models.CharField(
                choices=[
                    ("executed", "executed"),
                    ("canceled", "canceled"),
                    ("expired", "expired"),
                    ("refused", "refused"),
                ],
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="venueorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("executed__gte", 0),
                    models.Q(
                        models.Q(("executed", 0), ("quantity__isnull", True)),
                        models.Q(("executed__lte", models.F("quantity")), ("quantity__gte", 1)),
                        _connector="OR",
                    ),
                ),
                name="venue_order_executed_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="venueorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cap_price__isnull", False),
                        ("executed", models.F("quantity")),
                        ("instrument__isnull", False),
                        ("quantity__isnull", False),
                        ("reason", ""),
                        ("side__in", ["buy", "sell"]),
                        ("state", "executed"),
                        ("submitted_at__isnull", False),
                    ),
                    models.Q(
                        models.Q(("state", "executed"), _negated=True),
                        models.Q(
                            ("quantity__isnull", True),
                            ("executed__lt", models.F("quantity")),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="venue_order_executed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="venueorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "refused"), _negated=True),
                    models.Q(
                        ("executed", 0),
                        ("quantity__isnull", False),
                        ("side__in", ["buy", "sell"]),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="venue_order_refused_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="venueorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quantity__isnull", False),
                    models.Q(("reason", ""), ("state", "canceled")),
                    _connector="OR",
                ),
                name="venue_order_bare_is_canceled",
            ),
        ),
        migrations.AddConstraint(
            model_name="venueorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason", ""),
                    (
                        "reason__in",
                        [
                            "corporate_action",
                            "insufficient_quantity",
                            "instrument_halted",
                            "operator",
                            "price_moved",
                            "quote_stale",
                            "self_trade",
                            "unfillable",
                            "unfilled",
                        ],
                    ),
                    _connector="OR",
                ),
                name="venue_order_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="venueorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["executed", "canceled", "expired", "refused"])),
                name="venue_order_state_known",
            ),
        ),
        migrations.RenameField(model_name="reconciliation", old_name="execution_seq", new_name="trade_seq"),
        migrations.AlterField(
            model_name="reconciliation",
            name="trade_seq",
            field=models.BigIntegerField(verbose_name="number of the trade"),
        ),
    ]
