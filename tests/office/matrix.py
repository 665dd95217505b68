"""Who may do what in the office: the whole matrix, role × route × method × (own branch, another's), written down.

Every route of the URL map below /office stands here, or `test_matrix.py` fails. One line a route: who may look (GET,
HEAD), who may change something (every other method), whether that asks for a fresh sign-in, and what a branch
treasurer gets to see of another branch:

- SAME: nothing on this page belongs to a branch;
- LEFT_OUT: a list, a sum or a file that holds the own branch's things alone;
- HIDDEN: another branch's thing is not there (404).

For LEFT_OUT and HIDDEN, `held_by` names the test that shows it: 'test_donations.py::test_another_branch_is_not_there'.
"""

from dataclasses import dataclass

from app.office.access import ADMIN, AUDITOR, BRANCH_TREASURER, EDITOR, EVERYONE, TREASURER

SAME, LEFT_OUT, HIDDEN = "same", "left out", "hidden"
NOBODY: frozenset[str] = frozenset()

# The usual sets of roles.
MONEY_READS = frozenset({TREASURER, AUDITOR})
MONEY_AND_BRANCH_READS = MONEY_READS | {BRANCH_TREASURER}
MONEY_CHANGES = frozenset({TREASURER})
MONEY_AND_BRANCH_CHANGES = MONEY_CHANGES | {BRANCH_TREASURER}
BRANCH_CHANGES = frozenset({TREASURER, ADMIN})
WRITING_READS = frozenset({EDITOR, AUDITOR})
WRITING_CHANGES = frozenset({EDITOR})
PEOPLE_READS = frozenset({ADMIN, AUDITOR})
PEOPLE_CHANGES = frozenset({ADMIN})


@dataclass(frozen=True)
class Route:
    """One line of the matrix."""

    reads: frozenset[str] = NOBODY
    changes: frozenset[str] = NOBODY
    another: str | None = None
    held_by: str | None = None
    fresh: bool = False


# Who shows what a branch's treasurer gets of another branch, where one test shows it for several routes.
_COLLECTIONS = "test_collections.py::test_another_branch_s_sheets_are_not_there"
_CHEQUES = "test_cheques.py::test_another_branch_s_cheques_are_not_there"
_PAYING_IN = "test_paying_in.py::test_another_branch_s_money_is_not_there"
_ORDERS = "test_standing_orders.py::test_another_branch_s_orders_are_not_there"
_PAPER = "test_paper_receipts.py::test_another_branch_s_receipts_are_not_there"
_GIFTS = "test_gifts_by_hand.py::test_another_branch_s_gifts_are_not_there"

# By endpoint. Keep each subject's lines together.
MATRIX: dict[str, Route] = {
    # start
    "office.start.index": Route(reads=EVERYONE, another=SAME),
    # what needs somebody, and what was raised
    "office.dashboard.show": Route(
        reads=MONEY_AND_BRANCH_READS | {EDITOR},
        another=LEFT_OUT,
        held_by="test_today.py::test_a_branch_treasurer_sees_the_own_branch_s_figures_alone",
    ),
    "office.exceptions.index": Route(reads=MONEY_READS),
    "office.exceptions.acknowledge": Route(changes=MONEY_CHANGES),
    "office.exceptions.withdraw": Route(changes=MONEY_CHANGES),
    "office.exceptions.catch_up": Route(changes=MONEY_CHANGES),
    "office.exceptions.replay": Route(changes=MONEY_CHANGES),
    "office.exceptions.movement": Route(reads=MONEY_CHANGES, fresh=True),
    "office.exceptions.explain": Route(changes=MONEY_CHANGES, fresh=True),
    "office.statement.show": Route(reads=MONEY_READS),
    "office.payouts.index": Route(reads=MONEY_READS),
    "office.payouts.show": Route(reads=MONEY_READS),
    # me
    "office.me.show": Route(reads=EVERYONE, another=SAME),
    "office.me.end_session": Route(changes=EVERYONE, another=SAME),
    "office.me.end_sessions": Route(changes=EVERYONE, another=SAME),
    # people
    "office.people.index": Route(reads=PEOPLE_READS),
    "office.people.new": Route(reads=PEOPLE_CHANGES, fresh=True),
    "office.people.invite": Route(changes=PEOPLE_CHANGES, fresh=True),
    "office.people.show": Route(reads=PEOPLE_READS),
    "office.person.change_roles": Route(changes=PEOPLE_CHANGES, fresh=True),
    "office.person.end_sessions": Route(changes=PEOPLE_CHANGES, fresh=True),
    "office.person.forget_second_factor": Route(changes=PEOPLE_CHANGES, fresh=True),
    "office.person.invite_again": Route(changes=PEOPLE_CHANGES, fresh=True),
    "office.person.remove": Route(changes=PEOPLE_CHANGES, fresh=True),
    # audit
    "office.audit.index": Route(reads=PEOPLE_READS),
    "office.audit.take_out": Route(reads=PEOPLE_READS, fresh=True),
    # donations and donors
    "office.donations.index": Route(
        reads=MONEY_AND_BRANCH_READS,
        another=LEFT_OUT,
        held_by="test_donations.py::test_another_branch_s_gifts_are_not_there",
    ),
    # The auditor takes what they may read; it changes nothing but the list of exports and the trail.
    "office.donations.take_out": Route(changes=MONEY_READS),
    "office.donations.take_out_with_names": Route(changes=MONEY_READS, fresh=True),
    "office.donations.show": Route(
        reads=MONEY_AND_BRANCH_READS,
        another=HIDDEN,
        held_by="test_donations.py::test_another_branch_s_gifts_are_not_there",
    ),
    "office.donations.add_note": Route(
        changes=MONEY_AND_BRANCH_CHANGES,
        another=HIDDEN,
        held_by="test_donations.py::test_another_branch_s_gifts_are_not_there",
    ),
    "office.refunds.new": Route(reads=MONEY_CHANGES, fresh=True),
    "office.refunds.create": Route(changes=MONEY_CHANGES, fresh=True),
    "office.plans.show": Route(reads=MONEY_READS | {ADMIN}),
    "office.plans.move": Route(changes=MONEY_CHANGES | {ADMIN}),
    "office.donors.index": Route(reads=MONEY_READS),
    "office.donors.take_out": Route(changes=MONEY_READS, fresh=True),
    "office.donors.show": Route(reads=MONEY_READS),
    "office.donors.correct": Route(changes=MONEY_CHANGES),
    "office.donors.add_note": Route(changes=MONEY_CHANGES),
    "office.merges.merge": Route(changes=MONEY_CHANGES),
    "office.merges.unmerge": Route(changes=MONEY_CHANGES),
    # the books
    "office.ledger.index": Route(reads=MONEY_READS),
    "office.ledger.account": Route(reads=MONEY_READS),
    "office.journal.index": Route(
        reads=MONEY_AND_BRANCH_READS,
        another=LEFT_OUT,
        held_by="test_journal.py::test_a_branch_treasurer_sees_the_own_branch_and_no_other",
    ),
    "office.entries.show": Route(
        reads=MONEY_AND_BRANCH_READS,
        another=HIDDEN,
        held_by="test_entries.py::test_another_branch_has_no_entry_here",
    ),
    "office.entries.reverse": Route(changes=MONEY_CHANGES),
    "office.entries.new": Route(reads=MONEY_CHANGES),
    "office.entries.create": Route(changes=MONEY_CHANGES),
    "office.closing.show": Route(reads=MONEY_READS),
    "office.closing.close": Route(changes=MONEY_CHANGES),
    "office.closing.reopen": Route(changes=MONEY_CHANGES),
    "office.exports.index": Route(reads=MONEY_READS),
    # The auditor takes what they may read; it changes nothing but the list of exports and the trail.
    "office.exports.with_names": Route(reads=MONEY_READS, fresh=True),
    "office.exports.totals": Route(reads=MONEY_READS),
    "office.exports.withdraw": Route(changes=MONEY_CHANGES),
    "office.exports_accounts.show": Route(reads=MONEY_READS),
    "office.exports_accounts.keep": Route(changes=MONEY_CHANGES),
    "office.exports.take": Route(changes=MONEY_READS),
    "office.exports.take_with_names": Route(changes=MONEY_READS, fresh=True),
    "office.reports.income": Route(
        reads=MONEY_AND_BRANCH_READS,
        another=LEFT_OUT,
        held_by="test_reports.py::test_a_branch_treasurer_sees_the_own_income_alone",
    ),
    "office.reports.by_method": Route(
        reads=MONEY_AND_BRANCH_READS,
        another=LEFT_OUT,
        held_by="test_reports.py::test_a_branch_treasurer_sees_the_own_income_alone",
    ),
    # collections
    "office.collections.index": Route(reads=MONEY_AND_BRANCH_READS, another=LEFT_OUT, held_by=_COLLECTIONS),
    "office.collections.new": Route(reads=MONEY_AND_BRANCH_CHANGES, another=SAME),
    "office.collections.create": Route(changes=MONEY_AND_BRANCH_CHANGES, another=LEFT_OUT, held_by=_COLLECTIONS),
    "office.collections.show": Route(reads=MONEY_AND_BRANCH_READS, another=HIDDEN, held_by=_COLLECTIONS),
    "office.collections.correct": Route(changes=MONEY_AND_BRANCH_CHANGES, another=HIDDEN, held_by=_COLLECTIONS),
    # cheques
    "office.cheques.index": Route(reads=MONEY_AND_BRANCH_READS, another=LEFT_OUT, held_by=_CHEQUES),
    "office.cheques.new": Route(reads=MONEY_AND_BRANCH_CHANGES, another=SAME),
    "office.cheques.create": Route(changes=MONEY_AND_BRANCH_CHANGES, another=LEFT_OUT, held_by=_CHEQUES),
    "office.cheques.bounce": Route(changes=MONEY_AND_BRANCH_CHANGES, another=HIDDEN, held_by=_CHEQUES),
    # paying_in
    "office.paying_in.show": Route(reads=MONEY_AND_BRANCH_READS, another=LEFT_OUT, held_by=_PAYING_IN),
    "office.paying_in.pay_in": Route(changes=MONEY_AND_BRANCH_CHANGES, another=HIDDEN, held_by=_PAYING_IN),
    # standing_orders
    "office.standing_orders.index": Route(reads=MONEY_AND_BRANCH_READS, another=LEFT_OUT, held_by=_ORDERS),
    "office.standing_orders.new": Route(reads=MONEY_AND_BRANCH_CHANGES, another=SAME),
    "office.standing_orders.create": Route(changes=MONEY_AND_BRANCH_CHANGES, another=LEFT_OUT, held_by=_ORDERS),
    "office.standing_orders.edit": Route(reads=MONEY_AND_BRANCH_CHANGES, another=HIDDEN, held_by=_ORDERS),
    "office.standing_orders.save": Route(changes=MONEY_AND_BRANCH_CHANGES, another=HIDDEN, held_by=_ORDERS),
    "office.standing_orders.end": Route(changes=MONEY_AND_BRANCH_CHANGES, another=HIDDEN, held_by=_ORDERS),
    "office.standing_orders.pass_over": Route(changes=MONEY_AND_BRANCH_CHANGES, another=HIDDEN, held_by=_ORDERS),
    # paper receipts
    "office.paper_receipts.index": Route(reads=MONEY_AND_BRANCH_READS, another=LEFT_OUT, held_by=_PAPER),
    "office.paper_receipts.give": Route(changes=MONEY_AND_BRANCH_CHANGES, another=HIDDEN, held_by=_PAPER),
    # gifts_by_hand
    "office.gifts_by_hand.index": Route(reads=MONEY_AND_BRANCH_READS, another=LEFT_OUT, held_by=_GIFTS),
    "office.gifts_by_hand.new": Route(reads=MONEY_AND_BRANCH_CHANGES, another=SAME),
    "office.gifts_by_hand.create": Route(changes=MONEY_AND_BRANCH_CHANGES, another=LEFT_OUT, held_by=_GIFTS),
    "office.gifts_by_hand.show": Route(reads=MONEY_AND_BRANCH_READS, another=HIDDEN, held_by=_GIFTS),
    "office.gifts_by_hand.correct": Route(changes=MONEY_AND_BRANCH_CHANGES, another=HIDDEN, held_by=_GIFTS),
    "office.gifts_by_hand.withdraw": Route(changes=MONEY_AND_BRANCH_CHANGES, another=HIDDEN, held_by=_GIFTS),
    "office.gifts_by_hand.make_promise": Route(changes=MONEY_AND_BRANCH_CHANGES, another=HIDDEN, held_by=_GIFTS),
    # branches
    "office.branches.index": Route(
        reads=MONEY_AND_BRANCH_READS | {ADMIN},
        another=LEFT_OUT,
        held_by="test_branches.py::test_a_branchs_treasurer_sees_the_own_branch_alone",
    ),
    "office.branches.new": Route(reads=BRANCH_CHANGES),
    "office.branches.create": Route(changes=BRANCH_CHANGES),
    "office.branches.edit": Route(reads=BRANCH_CHANGES),
    "office.branches.save": Route(changes=BRANCH_CHANGES),
    "office.branches.close": Route(changes=BRANCH_CHANGES),
    # articles
    "office.articles.index": Route(reads=WRITING_READS),
    "office.articles.show": Route(reads=WRITING_READS),
    "office.article_texts.new": Route(reads=WRITING_CHANGES),
    "office.article_texts.create": Route(changes=WRITING_CHANGES),
    "office.article_texts.edit": Route(reads=WRITING_CHANGES),
    "office.article_texts.save": Route(changes=WRITING_CHANGES),
    # appeals
    "office.appeals.index": Route(reads=WRITING_READS | {TREASURER}),
    "office.appeals.show": Route(reads=WRITING_READS | {TREASURER}),
    "office.appeals.end": Route(changes=WRITING_CHANGES),
    "office.appeal_texts.new": Route(reads=WRITING_CHANGES),
    "office.appeal_texts.create": Route(changes=WRITING_CHANGES),
    "office.appeal_texts.edit": Route(reads=WRITING_CHANGES),
    "office.appeal_texts.save": Route(changes=WRITING_CHANGES),
    # calendar
    "office.calendar.show": Route(reads=WRITING_READS | {TREASURER}),
    # images
    "office.images.index": Route(reads=WRITING_READS),
    "office.images.show": Route(reads=WRITING_READS),
    "office.images.create": Route(changes=WRITING_CHANGES),
    "office.images.remove": Route(changes=WRITING_CHANGES),
    # previews
    "office.previews.create": Route(changes=WRITING_CHANGES),
    # what was typed before signing in again
    "office.unsent.show": Route(reads=EVERYONE, another=SAME),
    # versions
    "office.versions.of_article": Route(reads=WRITING_READS),
    "office.versions.of_appeal": Route(reads=WRITING_READS | {TREASURER}),
    "office.versions.restore_article": Route(changes=WRITING_CHANGES),
    "office.versions.restore_appeal": Route(changes=WRITING_CHANGES),
    # bank
    "office.bank.index": Route(reads=MONEY_READS),
    "office.bank.new": Route(reads=MONEY_CHANGES),
    "office.bank.create": Route(changes=MONEY_CHANGES),
    "office.bank.show": Route(reads=MONEY_READS),
    "office.bank.line": Route(reads=MONEY_READS),
    "office.bank_imports.new": Route(reads=MONEY_CHANGES),
    "office.bank_imports.upload": Route(changes=MONEY_CHANGES),
    "office.bank_imports.look": Route(reads=MONEY_CHANGES),
    "office.bank_imports.take": Route(changes=MONEY_CHANGES),
    "office.bank_imports.columns": Route(reads=MONEY_CHANGES),
    "office.bank_imports.keep_columns": Route(changes=MONEY_CHANGES),
    "office.bank_imports.take_back": Route(changes=MONEY_CHANGES),
    "office.bank_lines.index": Route(reads=MONEY_READS),
    "office.bank_lines.everything": Route(reads=MONEY_READS),
    "office.bank_lines.show": Route(reads=MONEY_READS),
    "office.bank_lines.confirm": Route(changes=MONEY_CHANGES),
    "office.bank_lines.gift": Route(changes=MONEY_CHANGES),
    "office.bank_lines.gifts": Route(changes=MONEY_CHANGES),
    "office.bank_lines.otherwise": Route(changes=MONEY_CHANGES),
    "office.bank_differences.show": Route(reads=MONEY_CHANGES),
    "office.bank_differences.create": Route(changes=MONEY_CHANGES),
    "office.bank_lines.undo": Route(changes=MONEY_CHANGES),
    "office.bank_money.transfer": Route(changes=MONEY_CHANGES),
    "office.bank_money.bill": Route(changes=MONEY_CHANGES),
    "office.bank_money.income": Route(changes=MONEY_CHANGES),
    "office.bank_money.pay_back": Route(changes=MONEY_CHANGES),
    "office.bank_money.erase_payee": Route(changes=MONEY_CHANGES),
    "office.bank_rules.index": Route(reads=MONEY_READS),
    "office.bank_rules.create": Route(changes=MONEY_CHANGES),
    "office.bank_rules.remove": Route(changes=MONEY_CHANGES),
    "office.bank_splits.show": Route(reads=MONEY_CHANGES),
    "office.bank_splits.create": Route(changes=MONEY_CHANGES),
    "office.bank_unidentified.index": Route(reads=MONEY_READS),
}

# Signing in: open to strangers, because they are not signed in yet. The methods, and what is behind each.
BOTH, POST = frozenset({"GET", "POST"}), frozenset({"POST"})
OPEN: dict[str, tuple[frozenset[str], str]] = {
    "security.login": (BOTH, "email address and password"),
    "security.logout": (POST, "ends the session, if there is one"),
    "security.wan_signin": (BOTH, "asks the browser for a passkey"),
    "security.wan_signin_response": (POST, "a passkey's signature"),
    "security.two_factor_setup": (BOTH, "after the right password of whoever must have a second factor; or signed in"),
    "security.two_factor_token_validation": (BOTH, "after the right password: the code"),
    "security.mf_recovery": (BOTH, "after the right password: a recovery code"),
    "security.forgot_password": (BOTH, "mails a link, and answers the same whether or not it can"),
    "security.reset_password": (BOTH, "with a link: a new password"),
    "security.tf_select": (BOTH, "shut: always 404"),
    "security.two_factor_rescue": (BOTH, "shut: always 404"),
}

# Flask-Security's own pages for people who are signed in, whatever their role; each changes one's own sign-in alone.
SIGNED_IN: dict[str, tuple[frozenset[str], str]] = {
    "security.verify": (BOTH, "the password once more"),
    "security.wan_verify": (BOTH, "a passkey once more"),
    "security.wan_verify_response": (POST, "its signature"),
    "security.change_password": (BOTH, "the present password and a new one"),
    "security.two_factor_setup_validate": (POST, "the first code of a new second factor"),
    "security.mf_recovery_codes": (BOTH, "shows or makes recovery codes; fresh"),
    "security.wan_register": (BOTH, "begins a new passkey; fresh"),
    "security.wan_register_response": (POST, "the new passkey"),
    "security.wan_delete": (BOTH, "takes a passkey away; fresh"),
}
