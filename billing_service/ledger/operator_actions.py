"""Operators' actions on accounts and journal entries: freeze, unfreeze, reverse, with preview and reason."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing_service.ledger.models import AccountFreeze, JournalEntry, LedgerAccount
from billing_service.ledger.selectors import settlement_undone_by
from billing_service.ledger.services import account_freeze, account_unfreeze, journal_reverse
from billing_service.ledger.services.reversal import reversal_lock, reversal_preview
from servicekit.admin.columns import money_text
from servicekit.admin.operations import Fact, Operation, calls
from servicekit.people.selectors import names_of


def _account_facts(account: LedgerAccount) -> Sequence[Fact]:
    freeze = AccountFreeze.objects.filter(account=account, lifted_at=None).first()
    return (
        Fact(_("frozen"), gettext("yes") if account.frozen_at else gettext("no")),
        Fact(_("reason"), freeze.reason if freeze else "–"),
        Fact(_("balance"), money_text(account.balance, account.currency), binding=False),
        Fact(_("held"), money_text(account.held, account.currency), binding=False),
    )


FREEZE = Operation(
    name="freeze",
    title=_("Freeze the account"),
    done=_("The account is frozen."),
    facts=_account_facts,
    act=calls(account_freeze, "account_id"),
    offered=lambda account: account.frozen_at is None and account.kind == LedgerAccount.Kind.CUSTOMER_CASH,
    note=_(
        "Deposits, withdrawals and buy orders are refused from now on; "
        "fills that have happened are still paid."
    ),
)
UNFREEZE = Operation(
    name="unfreeze",
    title=_("Unfreeze the account"),
    done=_("The account is no longer frozen."),
    facts=_account_facts,
    act=calls(account_unfreeze, "account_id"),
    offered=lambda account: account.frozen_at is not None,
)


def _reversal_facts(entry: JournalEntry) -> Sequence[Fact]:
    """Each leg that will be booked: its account, and the balance before and after."""
    facts: list[Fact] = []
    legs = reversal_preview(entry)
    names = names_of(leg.account.user_id for leg in legs if leg.account.user_id)
    for leg in legs:
        account = leg.account
        owner = names.get(account.user_id, str(account.id)) if account.user_id else account.currency
        whose = f"{account.get_kind_display()}: {owner}"
        facts.append(
            Fact(
                whose,
                now=money_text(leg.balance_before, account.currency),
                then=money_text(leg.balance_after, account.currency),
                amount=money_text(leg.amount, account.currency),
                binding=account.user_id is not None,
            )
        )
        if account.user_id is not None:
            facts.append(Fact(_("of which held"), money_text(account.held, account.currency)))
            facts.append(Fact(_("frozen"), gettext("yes") if account.frozen_at else gettext("no")))
    return facts


def _lock_entry(entry: JournalEntry) -> JournalEntry:
    """Nobody changes the entry; what changes is the customers' accounts."""
    reversal_lock(entry)
    return entry


REVERSE = Operation(
    name="reverse",
    title=_("Reverse the journal entry"),
    done=_("The journal entry is reversed."),
    facts=_reversal_facts,
    act=calls(journal_reverse, "entry_id"),
    lock=_lock_entry,
    offered=lambda entry: not entry.reversals.exists() and settlement_undone_by(entry) is None,
    note=_(
        "The customer is notified with this reason. * The exchange's own accounts change "
        "with every entry: the change shown is exact, the balance is the current one."
    ),
    many=False,
)
