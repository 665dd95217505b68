"""Merging: two donors become one, and no two people can make a ring of them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from app.database import db, writing
from app.donors import merging
from app.donors.donor import Donor
from app.donors.merging import NotTheseTwo


@pytest.mark.both_databases
def test_two_people_who_merge_two_donors_each_the_other_way_round_make_no_ring(app):
    with writing() as session:
        donors = [Donor(name=name) for name in ("Ida", "Ada")]
        session.add_all(donors)
    ids = [each.id for each in donors]
    gate = Barrier(2)

    def merge(pair):
        with app.app_context():
            gate.wait(timeout=10)
            try:
                with writing():
                    kept, other = (db.session.get_one(Donor, each) for each in pair)
                    merging.merge(kept, other)
            except NotTheseTwo:
                return "refused"
            finally:
                db.session.remove()
            return "merged"

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(merge, [ids, ids[::-1]])) == ["merged", "refused"]
    db.session.rollback()
    assert sorted(map(bool, db.session.scalars(select(Donor.merged_into_id)))) == [False, True]
