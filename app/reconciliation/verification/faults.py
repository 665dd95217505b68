"""Verification: everything that `flask books verify` checks, from the ledger's own sums to what stands beside it."""

from collections.abc import Sequence

from app.ledger import chain, verifying
from app.ledger.chain import Head
from app.ledger.verifying import Fault
from app.reconciliation.verification import gift_checks, receipt_checks
from app.reconciliation.verification.sealed import SEALED

# Who tampered with all rows of a kind need not be told of each.
_MOST = 20


def faults(*, heads: Sequence[Head] = (), since: Head | None = None) -> list[Fault]:
    """Every fault of the books; nothing for clean ones. With `since`, a head that was verified before, only what was
    sealed after it is looked at; `heads` are heads kept outside (see `chain.faults`)."""
    sealed = chain.faults(SEALED, since=since, heads=heads)
    if since is not None:
        return list(sealed)
    return [*verifying.faults(_MOST), *gift_checks.faults(_MOST), *receipt_checks.faults(_MOST), *sealed]
