"""The pictures in articles and appeals: each address always means the same bytes, so browsers keep them."""

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from app.articles import images
from app.markup import IMAGE_WIDTHS

bp = Blueprint("images", __name__)


@bp.get("/images/<reference>-<int:width>.webp")
def show(reference: str, width: int) -> ResponseReturnValue:
    """One picture in one of its widths."""
    body = images.body(reference, width) if width in IMAGE_WIDTHS else None
    if body is None:
        abort(404)
    response = Response(
        body,
        mimetype="image/webp",
        headers={
            "Cache-Control": "public, max-age=31536000, immutable",
            # Readers of the feed show the pictures on pages of their own.
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Content-Security-Policy": "default-src 'none'",
        },
    )
    response.set_etag(f"{reference}-{width}")
    return response.make_conditional(request)
