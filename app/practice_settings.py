"""Practice mode's settings: harmless ones for trying things out, which stand in for those that nobody has set."""

import os
import secrets
from pathlib import Path

PRACTICE_KEY = "sk_test_practice"
PRACTICE_STRIPE = "http://127.0.0.1:8001"
_EXAMPLE_NOTICE = Path(__file__).parent.parent / "examples" / "privacy.md"


def defaults(data_dir: Path) -> dict[str, str]:
    """The settings that practice mode needs no operator for, by name.

    What must stay the same between starts (the keys) is made once and kept in DATA_DIR/practice.env.
    """
    path = data_dir / "practice.env"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        made = f"SECRET_KEY={secrets.token_hex(32)}\nSTRIPE_WEBHOOK_SECRET=whsec_{secrets.token_hex(24)}\n"
        # Two processes may start at once: each writes a file of its own, and the first link wins.
        own = data_dir / f"practice.env.{secrets.token_hex(4)}"
        with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made)
        try:
            os.link(own, path)
        except FileExistsError:
            pass
        finally:
            own.unlink()
    lines = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
    return {
        **{name.strip(): value.strip() for name, _, value in lines},
        "BASE_URL": "http://127.0.0.1:8000",
        "ORGANISATION_NAME": "The Lantern",
        "ORGANISATION_ADDRESS": "4 Mill Lane, Ambleford AM1 2QX",
        "STRIPE_SECRET_KEY": PRACTICE_KEY,
        "STRIPE_API_BASE": PRACTICE_STRIPE,
        "MAIL_FROM": "The Lantern <receipts@lantern.example>",
        "CONTACT_EMAIL": "office@lantern.example",
        # Numbers that begin like this one are kept free for plays (ofcom.org.uk, "numbers for drama use").
        "CONTACT_PHONE": "01632 960 123",
        "PRIVACY_NOTICE": str(_EXAMPLE_NOTICE),
        # Nobody's address: alarms and the nightly statement are to be read in the outbox.
        "TREASURER_EMAIL": "treasurer@lantern.example",
    }
