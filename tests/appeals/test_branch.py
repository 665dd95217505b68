"""Branches: named once, closed without being forgotten."""

import pytest
from sqlalchemy import func, select

from app import clock
from app.appeals import branch as branches
from app.database import db, writing


def a_branch(name="Ambleford", region="North"):
    with writing():
        return branches.found_branch(name, region)


@pytest.mark.usefixtures("app")
class TestBranch:
    def test_two_branches_cannot_have_one_name(self):
        a_branch()
        with pytest.raises(branches.NameTaken), writing():
            branches.found_branch("Ambleford", "South")
        assert db.session.scalar(select(func.count()).select_from(branches.Branch)) == 1

    @pytest.mark.parametrize(("name", "region"), [("", "North"), ("A" * 121, ""), ("Ambleford", "N" * 121)])
    def test_a_name_must_be_there_and_fit(self, name, region):
        with pytest.raises(branches.NotAName), writing():
            branches.found_branch(name, region)

    def test_it_keeps_its_own_name_when_its_region_changes(self):
        branch = a_branch()
        with writing():
            branches.rename(branch, "Ambleford", "Lakes")
        assert branches.find(branch.reference).region == "Lakes"

    def test_a_closed_one_is_left_out_of_those_that_are_open(self):
        north, south = a_branch(), a_branch("Bexwold", "Fens")
        with writing():
            branches.close(north)
        assert north.closed_on == clock.today()
        assert branches.all_of_them(open_only=True) == [south]
        assert branches.all_of_them() == [south, north]
        with writing():
            branches.reopen(north)
        assert branches.all_of_them(open_only=True) == [south, north]
