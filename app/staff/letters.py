"""The kinds of letters that people of the office get; their words are in templates/mail/<kind>.…."""

INVITATION = "staff-invitation"
NEW_PASSWORD = "staff-new-password"  # noqa: S105 - the name of a letter
PASSWORD_CHANGED = "staff-password-changed"  # noqa: S105
