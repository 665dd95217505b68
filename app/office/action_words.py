"""What the trail's actions are called on its page; an action that is not here is shown by its own name."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "person.signed_in": _l("Signed in"),
    "person.sign_in_failed": _l("Failed to sign in"),
    "person.added": _l("Added a person"),
    "person.invited": _l("Invited a person"),
    "person.roles_changed": _l("Changed roles"),
    "person.renamed": _l("Changed a name"),
    "person.removed": _l("Removed a person"),
    "person.sessions_ended": _l("Ended sessions"),
    "person.second_factor_forgotten": _l("Let somebody set up a new second factor"),
    "person.second_factor_changed": _l("Changed their second factor"),
    "person.second_factor_removed": _l("Switched off their second factor"),
    "person.recovery_codes_made": _l("Made recovery codes"),
    "person.passkey_added": _l("Added a passkey"),
    "person.passkey_removed": _l("Removed a passkey"),
    "person.password_changed": _l("Changed their password"),
    "person.password_reset": _l("Set a password by a link"),
    "person.link_asked": _l("Asked for a link to set a password"),
    "access.refused": _l("Was refused a page"),
    "access.limited": _l("Was stopped after too many tries"),
    "article.begun": _l("Wrote an article"),
    "article.revised": _l("Changed an article"),
    "article.restored": _l("Brought an article's version back"),
    "appeal.opened": _l("Opened an appeal"),
    "appeal.revised": _l("Changed an appeal"),
    "appeal.ended": _l("Ended an appeal"),
    "appeal.restored": _l("Brought an appeal's version back"),
    "donation.noted": _l("Noted something about a gift"),
    "donation.refunded": _l("Gave a gift back"),
    "donor.noted": _l("Noted something about a donor"),
    "donor.corrected": _l("Corrected a donor's details"),
    "donor.merged": _l("Made two donors one"),
    "donor.unmerged": _l("Took two donors apart"),
    "donor.erased": _l("Forgot a donor"),
    "suspense.explained": _l("Explained what Stripe moved"),
    "image.uploaded": _l("Uploaded an image"),
    "image.removed": _l("Took an image away"),
    "bank.account_added": _l("Added a bank account"),
    "bank.columns_kept": _l("Said what a bank's columns mean"),
    "bank.imported": _l("Imported a bank's file"),
    "bank.line_matched": _l("Said what a bank's line is"),
    "bank.line_undone": _l("Took back what a bank's line is"),
    "audit.exported": _l("Took out the audit trail"),
}


def action_words(action: str) -> str:
    """'Signed in' for 'person.signed_in'."""
    return str(WORDS.get(action, action))
