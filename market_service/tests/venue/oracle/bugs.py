"""The matcher with mistakes in it: a comparison that does not find them compares nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

from market_service.venue import matching

_REACHED = "if maker.rank > bound:"
_BEFORE = "house_rank < maker.rank:\n                self._buy_or_sell"
_OWN = "if maker.user_id == order.user_id:\n                order.end"
_HALT = 'if self.trading != "open":\n            order.end'

#: Name → what is changed in the matcher's source: each a mistake that somebody could make.
BUGS = {
    "the later of two equal prices first": ("insort_right(self._fresh", "insort_left(self._fresh"),
    "a new order before a stored one of its price": ("old.rank <= new.rank", "old.rank < new.rank"),
    "the house before customers at its price": (_BEFORE, _BEFORE.replace("<", "<=")),
    "at the taker's price": ("maker.remaining), maker.price)", "maker.remaining), order.price)"),
    "customers trade with themselves": (_OWN, _OWN.replace("maker.user_id == order.user_id", "False")),
    "a bound is not reached": (_REACHED, _REACHED.replace("> bound", ">= bound")),
    "fok counts the house again and again": ("found, offer = found + offer, 0", "found = found + offer"),
    "the house sells odd lots": ("self.available - self.available % self.lot", "self.available"),
    "ioc rests": ('("day", "gtc")', '("day", "gtc", "ioc")'),
    "the house meets no sells": ("for side in (BUY, SELL):", "for side in (BUY,):"),
    "a page is not read on": ("self._stored.extend(page)", "return False"),
    "a halt lets orders in": (_HALT, _HALT.replace('!= "open"', '== "closed"')),
}


def with_bug(replaced: tuple[str, str]) -> ModuleType:
    """The matcher with one place of its source changed: a package of its own beside the real one."""
    before, after = replaced
    folder, name = Path(matching.__file__).parent, "matching_with_a_bug"
    sources = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    assert sum(source.count(before) for source in sources.values()) == 1, before
    for part in ("orders", "house", "side", "book", "__init__"):
        code = sources[part].replace(before, after).replace(matching.__name__, name)
        code = code.replace("import insort_right", "import insort_left, insort_right")
        module = ModuleType(name if part == "__init__" else f"{name}.{part}")
        sys.modules[module.__name__] = module  # for the parts that import it
        exec(compile(code, module.__name__, "exec"), module.__dict__)
    return module
