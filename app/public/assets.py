"""Style, scripts and pictures: every address carries a hash of its content, so that browsers may keep it for a year."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request, url_for

bp = Blueprint("assets", __name__)

# The order counts for the layers alone, which `tokens.css` names first; components may stand in any order.
_SHEETS = ("tokens.css", "reset.css", "base.css", "layout.css", "components/*.css", "print.css")


def register(app: Flask) -> None:
    """Give templates `asset()` and `stylesheet()`, and static files their caching."""
    app.add_template_global(asset)
    app.add_template_global(stylesheet)
    app.register_blueprint(bp)
    app.after_request(_cache)


def asset(name: str) -> str:
    """The address of a file below static/, with the hash of its content. Raises `OSError` for an unknown file."""
    return f"/static/{name}?v={_version(name)}"


def stylesheet() -> str:
    """The address of the one style sheet that all pages share."""
    return f"{url_for('assets.style')}?v={_fingerprint(_style())}"


@bp.get("/style.css")
def style() -> Response:
    """The sheets of static/css, one after another: one request instead of twenty, and still no build."""
    response = Response(_style(), mimetype="text/css")
    response.set_etag(_fingerprint(_style()))
    return response.make_conditional(request)  # type: ignore[return-value]


def _cache(response: Response) -> Response:
    """Let browsers keep what they asked for by its present hash; everything else they must ask for again."""
    if request.endpoint in ("static", "assets.style") and response.status_code in (200, 304):
        name = str((request.view_args or {}).get("filename", ""))
        wanted = _version(name) if name else _fingerprint(_style())
        kept = request.args.get("v") == wanted
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
    return response


def _version(name: str) -> str:
    path = _folder() / name
    return _fingerprint(path.read_bytes()) if current_app.debug else _hash_of(path)


@cache
def _hash_of(path: Path) -> str:
    return _fingerprint(path.read_bytes())


def _style() -> bytes:
    return _joined.__wrapped__(_folder()) if current_app.debug else _joined(_folder())


@cache
def _joined(folder: Path) -> bytes:
    """All sheets in order. Adding a component means adding a file."""
    files = (file for pattern in _SHEETS for file in sorted((folder / "css").glob(pattern)))
    return b"\n".join(file.read_bytes() for file in files)


def _folder() -> Path:
    return Path(current_app.static_folder or "")


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
