"""The operator's commands, gathered."""

from flask import Flask

from app.cli import appeals, articles, books, donations, donors, exports, staff, stripe
from app.cli.example import command as example
from app.cli.serve import serve
from app.cli.work import work


def register(app: Flask) -> None:
    """Add every command to `flask`."""
    app.cli.add_command(appeals.group)
    app.cli.add_command(articles.group)
    app.cli.add_command(books.group)
    books.group.add_command(exports.export)
    app.cli.add_command(donations.group)
    app.cli.add_command(donors.group)
    app.cli.add_command(example.group)
    app.cli.add_command(staff.group)
    app.cli.add_command(stripe.group)
    app.cli.add_command(serve)
    app.cli.add_command(work)
