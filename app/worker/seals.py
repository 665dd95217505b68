"""Sealing the books: every few minutes, whatever has been committed since is appended to the chain."""

from datetime import timedelta

from app.ledger import sealing
from app.reconciliation.verification.sealed import SEALED
from app.worker.clockwork import Regularly
from app.writing import writing


def seal() -> None:
    """Seal what is not sealed yet, in runs of bounded size."""
    while True:
        with writing():
            sealed = sealing.seal_all(SEALED)
        if not sealed:
            return


SEALS = Regularly("seal", timedelta(minutes=2), seal)
