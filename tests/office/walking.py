"""Walking through the sign-in as a browser does: with its cookies, its CSRF tokens and the redirects it is given."""

from typing import Any

from bs4 import BeautifulSoup
from flask import Flask, current_app
from flask_security.utils import hash_password

from app.database import db, writing
from app.staff.people import Person
from tests.office.conftest import a_browser

PASSWORD = "four words side by side"


def read(answer: Any) -> BeautifulSoup:
    """The page of an answer."""
    return BeautifulSoup(answer.data, "html5lib")


class Walker:
    """Somebody in front of a browser."""

    def __init__(self, app: Flask, address: str = "203.0.113.7") -> None:
        self.client = a_browser(app)
        self.client.environ_base["REMOTE_ADDR"] = address
        self.answer: Any = None

    def opens(self, url: str) -> "Walker":
        """Open a page, and go where it leads."""
        self.answer = self.client.get(url, follow_redirects=True)
        return self

    def sends(self, form: int = -1, **values: str) -> "Walker":
        """Fill in a form of the page that is open (by default its last), and go where it leads."""
        found = self.page.main.find_all("form")[form]
        fields = {
            field["name"]: field.get("value", "")
            for field in found.find_all("input")
            if field.get("name") and field.get("type") != "submit"
        }
        url = found.get("action") or self.answer.request.full_path
        self.answer = self.client.post(url, data={**fields, **values}, follow_redirects=True)
        return self

    @property
    def page(self) -> BeautifulSoup:
        return read(self.answer)

    @property
    def title(self) -> str:
        return self.page.h1.get_text(strip=True)

    @property
    def words(self) -> str:
        return " ".join(self.page.main.get_text().split())

    @property
    def is_in(self) -> bool:
        """Whether the office lets this browser in."""
        return self.client.get("/office/me/").status_code == 200

    def signs_in(self, person: Person, password: str = PASSWORD) -> "Walker":
        """Enter address and password."""
        return self.opens("/office/sign-in").sends(email=person.email or "", password=password)


def gets_password(person: Person, password: str = PASSWORD) -> Person:
    """Give a person a password."""
    with writing():
        person.password = hash_password(password)
        db.session.add(person)
    return person


def gets_second_factor(person: Person) -> Person:
    """Give a person an authenticator app."""
    with writing():
        person.tf_primary_method = "authenticator"
        person.tf_totp_secret = current_app.extensions["security"].totp_factory.generate_totp_secret()
        db.session.add(person)
    return person


def present_code(person: Person) -> str:
    """What the app shows now."""
    return str(current_app.extensions["security"].totp_factory.generate_totp_password(person.tf_totp_secret))
