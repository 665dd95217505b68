"""What we ask of passkeys: that the device checks its owner, so that each is two factors in one."""

from typing import Any

from flask_security import WebauthnUtil
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)


class OwnPasskeys(WebauthnUtil):
    """Passkeys that any device may hold, and that ask for a PIN, a finger or a face at every use."""

    def authenticator_selection(self, _user: Any, _usage: str) -> AuthenticatorSelectionCriteria:
        """What a new passkey must be able to do (W3C Web Authentication, 5.4.4)."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(self, _user: Any, _usage: list[str]) -> UserVerificationRequirement:
        """Its owner is checked at every use (W3C Web Authentication, 5.8.6)."""
        return UserVerificationRequirement.REQUIRED
