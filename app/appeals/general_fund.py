"""The general fund: the appeal without an end that stands behind all others, so that nobody who wants to give is turned
away.

It never stands under an article. It is where `/donate` and the pages of ended appeals lead while no other appeal is
open, and gifts to it are for the whole work of the organisation.
"""

import itertools

from sqlalchemy import select

from app import clock
from app.appeals import writing
from app.appeals.appeal import Appeal
from app.extensions import db


def of(currency: str) -> Appeal | None:
    """The general fund in a currency, if there is one."""
    return db.session.scalar(select(Appeal).where(Appeal.general_fund.is_(True), Appeal.currency == currency))


def ensure(currency: str, title: str, text: str) -> Appeal | None:
    """Open the general fund in the home currency where there is none yet, with these first words; the caller commits.

    Returns it when it was opened now. No appeal that exists is renamed or turned into it. Two programs that start at
    once on PostgreSQL may both try: the second one's commit fails with an `IntegrityError`, and nothing is lost by it.
    """
    if of(currency) is not None:
        return None
    numbered = ("general-fund" if number == 1 else f"general-fund-{number}" for number in itertools.count(1))
    slug = next(each for each in numbered if writing.named(each) is None)
    return writing.open_appeal(
        Appeal(
            slug=slug,
            title=title,
            text=text,
            currency=currency,
            suggested_minor=[],
            starts_on=clock.today(),
            general_fund=True,
            version=1,
        )
    )
