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


# By endpoint. Keep each subject's lines together.
MATRIX: dict[str, Route] = {
    # start
    "office.start.index": Route(reads=EVERYONE, another=SAME),
    # me
    "office.me.show": Route(reads=EVERYONE, another=SAME),
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
}

# Signing in: open to strangers, because they are not signed in yet. The methods, and what is behind each.
BOTH, POST = frozenset({"GET", "POST"}), frozenset({"POST"})
OPEN: dict[str, tuple[frozenset[str], str]] = {
    "security.login": (BOTH, "e-mail address and password"),
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
