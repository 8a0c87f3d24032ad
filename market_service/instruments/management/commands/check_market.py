"""``manage check_market FOLDER``: whether a new exchange can begin with these files; without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from market_service.imports.report import some
from market_service.instruments.management.importing import ImportCommand, import_options
from market_service.instruments.services import market_check
from servicekit.home_currency import home_currency


class Command(ImportCommand):
    requires_system_checks = ()
    help = (
        "Read a market of one's own, lists of instruments and price files, as make up BIRZHA_MARKET=FOLDER "
        "does before it starts anything: errors are told, the exit code is 1 then. Changes nothing."
    )

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        self._named = ", ".join(files)
        super().handle(*args, files=files, **options)

    def _import(self, paths: list[Path], given: dict[str, Any]) -> None:
        market = market_check(
            paths, options=import_options(given), currency=home_currency(), today=timezone.now().date()
        )
        if market.errors:
            self.stderr.write(
                _("The market %(market)s cannot be loaded, so nothing was started:") % {"market": self._named}
            )
            for line in market.errors.lines():
                self.stderr.write(line)
            self.stderr.write(
                _("Options that answer a question, such as --dates dmy, are given in BIRZHA_MARKET_OPTIONS.")
            )
            raise SystemExit(1)
        self.stdout.write(
            _("market %(market)s: %(instruments)s instruments, %(days)s daily prices, in %(currency)s")
            % {
                "market": self._named,
                "instruments": f"{len(market.instruments):,}",
                "days": f"{market.days:,}",
                "currency": home_currency(),
            }
        )
        if market.waiting:
            self.stdout.write(_("  hidden, without a price: %s") % some(market.waiting))
