"""How often somebody may try something: counted in rows, so that every process and machine counts together; and who
counts as one caller when callers are counted.
"""

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta

from sqlalchemy import PrimaryKeyConstraint, String, delete, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, db


class Attempt(Base):
    """How many times a subject tried an action within one window of time; the subject is kept only as a keyed hash."""

    __tablename__ = "attempts"
    __table_args__ = (PrimaryKeyConstraint("action", "subject", "window_at"),)

    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(64))
    window_at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]


def count(action: str, subject: str, *, within: timedelta, secret: str) -> int:
    """Count one attempt by `subject` (an address, an email, 'site') and return how many the present window has.

    The window is a fixed one of length `within`. The caller compares the count with what it allows, and commits.
    """
    moment = clock.now()
    start = datetime.fromtimestamp(moment.timestamp() // within.total_seconds() * within.total_seconds(), moment.tzinfo)
    hashed = hmac.new(secret.encode(), subject.encode(), hashlib.sha256).hexdigest()
    insert = postgresql.insert(Attempt).values(action=action, subject=hashed, window_at=start, count=1)
    statement = insert.on_conflict_do_update(
        index_elements=["action", "subject", "window_at"], set_={"count": Attempt.count + 1}
    ).returning(Attempt.count)
    return int(db.session.scalars(statement).one())


def tried(action: str, since: datetime) -> int:
    """How many attempts at an action were counted, by whomever, in the windows that began since an instant."""
    total = db.session.scalar(
        select(func.sum(Attempt.count)).where(Attempt.action == action, Attempt.window_at >= since)
    )
    return int(total or 0)


def forget(before: datetime) -> None:
    """Delete the windows that began before an instant; nothing about anyone's attempts is kept for long."""
    db.session.execute(delete(Attempt).where(Attempt.window_at < before))


def network_of(address: str) -> str:
    """The address itself, or for IPv6 the /64 it stands in, which is what one household or server has.

    An IPv4 address written as an IPv6 one (::ffff:203.0.113.9, RFC 4291, 2.5.5.2) is the IPv4 address: all of these
    share one /64. What is no address at all stands for itself.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(parsed), 64), strict=False))
