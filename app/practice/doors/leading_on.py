"""Pages that lead on: whoever is done is sent to where they came from, and the page's policy allows no other way."""

from urllib.parse import urlsplit

from flask import Response, g, render_template

from practice.objects import cards


def render(name: str, leads_to: str | None, **facts: object) -> Response:
    """The till's page `name`, whose form may lead to the origin of `leads_to` and no further."""
    if leads_to:
        parts = urlsplit(leads_to)
        g.form_action = f"{parts.scheme}://{parts.netloc}"
    return Response(render_template(f"practice/{name}.html", cards=cards.CARDS.values(), **facts))
