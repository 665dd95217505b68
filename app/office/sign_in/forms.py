"""Flask-Security's forms with our labels and hints; what they check is theirs."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_security import forms, recovery_codes, webauthn
from wtforms import Field, HiddenField, RadioField

from app.office.sign_in.settings import FEWEST_CHARACTERS


class _Worded:
    """Gives a form's fields their labels and hints; a mixin, named before Flask-Security's form."""

    labels: ClassVar[dict[str, Any]] = {}
    hints: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, **values: Any) -> None:
        """As the form would, and then the words."""
        super().__init__(*args, **values)
        for name, words in self.labels.items():
            self[name].label.text = words  # type: ignore[index]
            # Flask-Security writes links into its hints.
            self[name].description = self.hints.get(name, "")  # type: ignore[index]


_LONG_ENOUGH = _l(
    "At least %(number)s characters. Four unrelated words are easy to remember.",
    number=FEWEST_CHARACTERS,
)


class SignInForm(_Worded, forms.LoginForm):
    """Email address and password."""

    labels: ClassVar[dict[str, Any]] = {"email": _l("Email address"), "password": _l("Password")}
    remember = None

    def validate(self, **values: Any) -> bool:
        """Whether this is somebody's address and password. Where a role asks for a second factor and a passkey is the
        only one, it has to be used: else the password alone would be enough to set up another."""
        if not super().validate(**values):
            return False
        person: Any = self.user
        if person.needs_second_factor and person.webauthn and not person.tf_primary_method:
            person.track_failed_authn("password")
            self.form_errors.append(_l("Sign in with a passkey"))
            return False
        return True


class AgainForm(_Worded, forms.VerifyForm):
    """The password once more."""

    labels: ClassVar[dict[str, Any]] = {"password": _l("Password")}


class ForgottenForm(_Worded, forms.ForgotPasswordForm):
    """Where the link should go."""

    labels: ClassVar[dict[str, Any]] = {"email": _l("Email address")}


class NewPasswordForm(_Worded, forms.ResetPasswordForm):
    """A new password, for whoever came by a link."""

    labels: ClassVar[dict[str, Any]] = {"password": _l("New password"), "password_confirm": _l("Repeat password")}
    hints: ClassVar[dict[str, Any]] = {"password": _LONG_ENOUGH}


class ChangePasswordForm(_Worded, forms.ChangePasswordForm):
    """The present password and a new one."""

    labels: ClassVar[dict[str, Any]] = {
        "password": _l("Current password"),
        "new_password": _l("New password"),
        "new_password_confirm": _l("Repeat password"),
    }
    hints: ClassVar[dict[str, Any]] = {"new_password": _LONG_ENOUGH}


class SecondFactorForm(forms.TwoFactorSetupForm):
    """An app, or, where the roles allow it, none: buttons of the page say which."""

    setup = HiddenField()
    phone = HiddenField()


class HelpForm(forms.TwoFactorRescueForm):
    """Flask-Security makes it beside the code's form; nothing of it is shown, and its page is shut."""

    help_setup = RadioField(choices=[])


class CodeForm(_Worded, forms.TwoFactorVerifyCodeForm):
    """The six digits of the app."""

    labels: ClassVar[dict[str, Any]] = {"code": _l("Code")}
    hints: ClassVar[dict[str, Any]] = {
        "code": _l("Six digits from the app on your phone. The code changes every 30 seconds.")
    }

    def validate_code(self, field: Field) -> None:
        """Apps show the digits in two groups."""
        field.data = "".join(str(field.data or "").split())


class RecoveryCodeForm(_Worded, recovery_codes.MfRecoveryForm):
    """One of the codes that were written down."""

    labels: ClassVar[dict[str, Any]] = {"code": _l("Recovery code")}
    hints: ClassVar[dict[str, Any]] = {"code": _l("Like 1f3a-90bc-77de. Each code works once.")}

    def validate_code(self, field: Field) -> None:
        """However it was typed from paper."""
        field.data = str(field.data or "").strip().lower()


class PasskeyForm(_Worded, webauthn.WebAuthnRegisterForm):
    """A name for a new passkey. All of ours are asked for a PIN or a finger, so each is both factors in one."""

    labels: ClassVar[dict[str, Any]] = {"name": _l("Name of the new passkey")}
    hints: ClassVar[dict[str, Any]] = {"name": _l("So that you recognise it, such as the device it is on.")}
    usage = HiddenField(filters=[lambda _sent: "first"])


# By the names of Security's arguments.
FORMS: dict[str, Any] = {
    "login_form": SignInForm,
    "verify_form": AgainForm,
    "forgot_password_form": ForgottenForm,
    "reset_password_form": NewPasswordForm,
    "change_password_form": ChangePasswordForm,
    "two_factor_setup_form": SecondFactorForm,
    "two_factor_rescue_form": HelpForm,
    "two_factor_verify_code_form": CodeForm,
    "mf_recovery_form": RecoveryCodeForm,
    "wan_register_form": PasskeyForm,
}
