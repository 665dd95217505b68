"""The front page, and /donate, which leads to whatever appeal is in force."""

from flask import Blueprint

bp = Blueprint("front", __name__)
