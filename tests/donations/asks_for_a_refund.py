"""A process that asks for a whole gift back from several threads at once, and prints what each was told."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app import create_app
from app.database import db, writing
from app.donations import refunds
from app.donations.donation import Donation
from tests.conftest import make_settings


def main(url: str, folder: str, threads: int) -> None:
    """Ask `threads` times at once."""
    app = create_app(make_settings(Path(folder), url))

    def ask(_: int) -> str:
        with app.app_context():
            try:
                with writing():
                    donation = db.session.query(Donation).one()
                    refunds.ask(donation, None, by="test", reason="")
            except refunds.MoreThanIsLeft as refusal:
                return str(refusal)
            finally:
                db.session.remove()
        return "granted"

    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(threads) as pool:
        print(*pool.map(ask, range(threads)), sep="\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
