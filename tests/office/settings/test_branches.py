"""Branches in the office: added, renamed, closed, and what each has raised."""

from sqlalchemy import event, select

from app.appeals.branch import Branch
from app.database import db
from tests.cast import an_appeal
from tests.office.conftest import a_person
from tests.office.offline.hand_pages import page, said
from tests.offline.hands import a_branch, a_cheque, a_count


def branch():
    db.session.rollback()
    return db.session.scalars(select(Branch)).one()


def test_a_branch_is_added_renamed_closed_and_opened_again(app, signed_in):
    client = signed_in("admin")
    assert client.post("/office/branches/", data={"name": "Ambleford", "region": "North"}).status_code == 303
    again = client.post("/office/branches/", data={"name": "Ambleford"})
    assert (again.status_code, "A branch with this name already exists" in said(again)) == (422, True)
    address = f"/office/branches/{branch().reference}"
    assert client.post(address, data={"name": "Ambleford and Hale", "region": "North"}).status_code == 303
    assert branch().name == "Ambleford and Hale"
    for _pressed in range(2):
        client.post(f"{address}/closing")
        assert branch().closed_on is not None
    assert "Closed" in said(client.get("/office/branches/"))
    client.post(f"{address}/closing", data={"closed": "yes"})
    assert branch().closed_on is None


def test_each_branch_stands_with_its_treasurer_and_what_it_raised_by_appeal(app, signed_in):
    appeal, north, south = an_appeal(), a_branch(), a_branch("Bexwold", "South")
    a_person("branch_treasurer", branch_id=north.id, name="Tomos Rees")
    a_count(appeal, branch_id=north.id, submission="north")
    a_cheque(appeal, branch_id=north.id, submission="north")
    a_cheque(appeal, 900, submission="nobody")
    rows = [
        " ".join(row.get_text(" ").split())
        for row in page(signed_in("treasurer").get("/office/branches/")).select("tbody tr")
    ]
    assert rows == [
        "Ambleford North Tomos Rees Keep the press turning 1 £38.00",
        "Bexwold South – – – –",
        "Without a branch Keep the press turning 1 £9.00",
    ]
    assert south.name == "Bexwold"


def test_the_admin_sees_no_sums(app, signed_in):
    a_count(an_appeal(), branch_id=a_branch().id)
    assert "£" not in said(signed_in("admin").get("/office/branches/"))


def test_a_branchs_treasurer_sees_the_own_branch_alone(app, signed_in):
    appeal, own, other = an_appeal(), a_branch(), a_branch("Bexwold")
    a_count(appeal, branch_id=own.id, submission="own")
    a_count(appeal, {2000: 1}, branch_id=other.id, submission="other")
    shown = said(signed_in("branch_treasurer", branch_id=own.id).get("/office/branches/"))
    assert "£13.00" in shown
    assert "Bexwold" not in shown
    assert "£20.00" not in shown


def test_the_number_of_queries_does_not_grow_with_the_branches(app, signed_in):
    appeal, client = an_appeal(), signed_in("treasurer")
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))

    def queries():
        asked.clear()
        assert client.get("/office/branches/").status_code == 200
        return len(asked)

    a_count(appeal, branch_id=a_branch().id, submission="first")
    before = queries()
    for number in range(5):
        a_count(appeal, branch_id=a_branch(f"Branch {number}").id, submission=f"{number}")
    assert queries() == before
