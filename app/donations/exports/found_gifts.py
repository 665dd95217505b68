"""Taking out the gifts that were looked for: the same list as on the page, as a file, with its control totals."""

from datetime import date

from sqlalchemy import Connection, func, select

from app import clock
from app.donations.donation import Donation
from app.donations.exports import table as exports_table
from app.donations.search import DonationFilter, conditions
from app.ledger.exports import log, making
from app.ledger.exports.log import Export
from app.ledger.exports.making import Made

FORMAT = "donations-csv"


def days(connection: Connection, wanted: DonationFilter) -> tuple[date, date] | None:
    """The first and the last day on which one of the received gifts that were looked for came; nothing for none."""
    came = Donation.received_at
    bounds = select(func.min(came), func.max(came)).where(*conditions(wanted), came.is_not(None))
    first, last = connection.execute(bounds).one()
    return None if first is None or last is None else (clock.local_day(first), clock.local_day(last))


def take(
    connection: Connection, wanted: DonationFilter, between: tuple[date, date], *, names: bool, by: str
) -> tuple[Export, Made]:
    """Note the export and make its file, read from one snapshot; `names`: whether it says who gave. The caller commits
    what is noted."""
    of_these = exports_table.ExportFilter(*between, also=tuple(conditions(wanted)))
    totals = exports_table.donation_totals(connection, of_these)
    export = log.note(
        Export(
            made_by=by, format=FORMAT, from_on=between[0], to_on=between[1], account="", appeal="", branch="",
            names=names, lines=sum(each.lines for each in totals), totals=[each._asdict() for each in totals],
        )
    )  # fmt: skip
    table = exports_table.donation_table(connection, of_these, totals, names=names)
    return export, making.of_table(table, f"whipround-gifts-found-{export.reference}", "csv")
