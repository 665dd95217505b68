"""What the roles are called on pages, and what each is for."""

from flask_babel import lazy_gettext as _l

from app.staff import roles

NAMES = {
    roles.ADMIN: _l("Admin"),
    roles.TREASURER: _l("Treasurer"),
    roles.BRANCH_TREASURER: _l("Branch treasurer"),
    roles.EDITOR: _l("Editor"),
    roles.AUDITOR: _l("Auditor"),
}

MEANINGS = {
    roles.ADMIN: _l("lets people in and reads the audit trail"),
    roles.TREASURER: _l("gifts, bank, books and exports"),
    roles.BRANCH_TREASURER: _l("the money of one branch, and no other"),
    roles.EDITOR: _l("articles and appeals"),
    roles.AUDITOR: _l("reads everything, changes nothing"),
}


def role_name(role: str) -> str:
    """'Branch treasurer' for 'branch_treasurer'."""
    return str(NAMES[role])
