"""Style, scripts and pictures: every address carries a hash of its content, so that browsers may keep it for a year."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request, url_for

from app.web import compression

FOLDER = Path(__file__).parents[2] / "static"

bp = Blueprint("assets", __name__, static_folder=FOLDER, static_url_path="/static")

# The order counts for the layers alone, which `tokens.css` names first; components may stand in any order. Readers get
# what every page needs; the office's own components are a sheet of their own beside it.
_SHEETS = {
    "style": ("tokens.css", "reset.css", "base.css", "layout.css", "components/*.css", "print.css"),
    "office": ("office/*.css",),
}


def register(app: Flask) -> None:
    """Give templates `asset()` and `stylesheet()`, and static files their caching."""
    app.add_template_global(asset)
    app.add_template_global(stylesheet)
    app.register_blueprint(bp)


def asset(name: str) -> str:
    """The address of a file below static/, with the hash of its content. Raises `OSError` for an unknown file."""
    return f"/static/{name}?v={_version(name)}"


def stylesheet(name: str = "style") -> str:
    """The address of the style sheet that all pages share, or of the one of that name beside it."""
    return f"{url_for('assets.style', name=name)}?v={_fingerprint(_style(name))}"


@bp.get("/<any(style, office):name>.css")
def style(name: str) -> Response:
    """The sheets of static/css, one after another: one request instead of twenty, and still no build."""
    response = Response(_style(name), mimetype="text/css")
    response.set_etag(_fingerprint(_style(name)))
    return response.make_conditional(request)  # type: ignore[return-value]


@bp.get("/favicon.ico")
def favicon() -> Response:
    """Where browsers look by themselves, whatever a page says."""
    return bp.send_static_file("favicon.ico")


@bp.after_request
def _cache(response: Response) -> Response:
    """Let browsers keep what they asked for by its present hash; everything else they must ask for again."""
    asked = request.view_args
    if asked and response.status_code in (200, 304):
        wanted = _version(asked["filename"]) if "filename" in asked else _fingerprint(_style(asked["name"]))
        fixed = request.args.get("v") == wanted
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fixed else "no-cache"
        response = compression.of_file(response)
    return response


def _version(name: str) -> str:
    path = FOLDER / name
    return _fingerprint(path.read_bytes()) if current_app.debug else _hash_of(path)


@cache
def _hash_of(path: Path) -> str:
    return _fingerprint(path.read_bytes())


def _style(name: str) -> bytes:
    return _joined.__wrapped__(name) if current_app.debug else _joined(name)


@cache
def _joined(name: str) -> bytes:
    """All sheets in order. Adding a component means adding a file."""
    files = (file for pattern in _SHEETS[name] for file in sorted((FOLDER / "css").glob(pattern)))
    return b"\n".join(file.read_bytes() for file in files)


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
