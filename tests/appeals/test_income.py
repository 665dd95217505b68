"""Income accounts: the appeal's own and one for each branch, opened when they are first needed."""

import pytest

from app.appeals import branch as branches
from app.appeals import income
from app.database import writing
from app.ledger import accounts
from tests.cast import an_appeal

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]


def test_an_appeal_has_one_account_of_its_own_and_one_for_each_branch():
    appeal = an_appeal()
    with writing():
        branch = branches.found_branch("Ambleford", "North")
        codes = [income.account_of(appeal), income.account_of(appeal, branch.id), income.account_of(appeal, branch.id)]
    own, of_branch = (accounts.find(each) for each in codes[:2])
    assert codes[1] == codes[2]
    assert own.code == f"income:appeal:{appeal.reference}:gbp"
    assert of_branch.code == f"income:appeal:{appeal.reference}:{branch.reference}:gbp"
    assert (of_branch.kind, of_branch.name) == ("income", "Keep the press turning (Ambleford)")


def test_the_longest_names_fit():
    appeal = an_appeal(title="T" * 200)
    with writing():
        branch = branches.found_branch("B" * 120, "")
        account = income.account_of(appeal, branch.id)
    assert len(accounts.find(account).name) <= 200


def test_a_branch_that_is_not_there_has_no_account():
    appeal = an_appeal()
    with pytest.raises(LookupError), writing():
        income.account_of(appeal, 12)
