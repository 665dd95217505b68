"""Beginning: books with real money and books without never become the other."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.database import db, writing
from app.ledger import beginning
from app.ledger.beginning import Beginning, BegunOtherwise

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize(("live", "word"), [(False, "without real money"), (True, "hold real money")])
def test_books_that_began_with_one_kind_of_money_refuse_the_other(app, live, word):
    assert not beginning.begun()
    with writing():
        beginning.begin(live=live)
    with writing():
        beginning.begin(live=live)
    with pytest.raises(BegunOtherwise, match=word), writing():
        beginning.begin(live=not live)
    assert beginning.begun()
    assert db.session.scalars(select(Beginning.live)).all() == [live]


def test_books_begin_once(app):
    with writing():
        beginning.begin(live=False)
    with pytest.raises(IntegrityError), writing() as session:
        session.add(Beginning(id=2, live=True, began_at=clock.now()))
    assert db.session.scalar(select(func.count()).select_from(Beginning)) == 1
