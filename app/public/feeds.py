"""What programs read: the Atom feed, the sitemap, robots.txt."""

from flask import Blueprint

bp = Blueprint("feeds", __name__)
