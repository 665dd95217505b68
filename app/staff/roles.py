"""The roles of the office; a person may have several."""

ADMIN = "admin"
TREASURER = "treasurer"
EDITOR = "editor"
AUDITOR = "auditor"
BRANCH_TREASURER = "branch_treasurer"

ROLES = (ADMIN, TREASURER, BRANCH_TREASURER, EDITOR, AUDITOR)

# Whoever handles money, reads every donor or lets people in must prove twice who they are.
NEEDS_SECOND_FACTOR = frozenset({ADMIN, TREASURER, BRANCH_TREASURER, AUDITOR})
