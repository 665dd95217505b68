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
}

# Signing in: open to strangers, because they are not signed in yet. The methods, and what is behind each.
OPEN: dict[str, tuple[frozenset[str], str]] = {
    "security.login": (frozenset({"GET", "POST"}), "e-mail address and password"),
    "security.logout": (frozenset({"POST"}), "ends the session, if there is one"),
}

# Flask-Security's own pages for people who are signed in, whatever their role.
SIGNED_IN: dict[str, tuple[frozenset[str], str]] = {
    "security.verify": (frozenset({"GET", "POST"}), "the password once more"),
}
