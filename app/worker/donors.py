"""Donors: gifts are given theirs every few seconds, beside the path on which they are settled."""

from datetime import timedelta

from app.donations.donors import donor_list
from app.worker.clockwork import Regularly
from app.writing import writing


def attach() -> None:
    """Give every received gift its donor, a run at a time."""
    attached = 1
    while attached:
        with writing():
            attached = donor_list.attach()


DONORS = Regularly("donors", timedelta(seconds=5), attach)
