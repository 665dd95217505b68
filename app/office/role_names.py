"""What the roles are called on pages, and what each is for."""

from flask_babel import lazy_gettext as _l

from app.staff import people

NAMES = {
    people.ADMIN: _l("Admin"),
    people.TREASURER: _l("Treasurer"),
    people.BRANCH_TREASURER: _l("Branch treasurer"),
    people.EDITOR: _l("Editor"),
    people.AUDITOR: _l("Auditor"),
}

MEANINGS = {
    people.ADMIN: _l("lets people in and reads the audit trail"),
    people.TREASURER: _l("gifts, bank, books and exports"),
    people.BRANCH_TREASURER: _l("the money of one branch, and no other"),
    people.EDITOR: _l("articles and appeals"),
    people.AUDITOR: _l("reads everything, changes nothing"),
}


def role_name(role: str) -> str:
    """'Branch treasurer' for 'branch_treasurer'."""
    return str(NAMES[role])
