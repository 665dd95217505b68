"""The reading pages: an article under its permanent number, its print view and calendar entry, and the archive."""

from flask import Blueprint

bp = Blueprint("articles", __name__)
