"""What pages tell machines of themselves: the picture that stands for them, and schema.org's data.

The data stands in a block that no browser executes, so the policy against inline code has nothing to say of it
(html.spec.whatwg.org, "data block"); every text in it is escaped for that place by the template.
"""

from typing import Any, NamedTuple

from flask import Flask, url_for

from app import markup
from app.appeals.appeal import Appeal
from app.articles import images
from app.articles.article import Article
from app.public import share_pictures
from app.services import services
from app.web import assets

_CONTEXT = "https://schema.org"


class Picture(NamedTuple):
    """The picture that stands for a page elsewhere: its whole address, its size in pixels, what is to be seen."""

    address: str
    width: int
    height: int
    words: str


def register(app: Flask) -> None:
    """Give templates what they put into a page's head."""
    app.add_template_global(share_picture)
    app.add_template_global(of_article, "article_data")
    app.add_template_global(of_appeal, "appeal_data")
    app.add_template_global(of_front, "front_data")


def share_picture(title: str, drawn: str, text: str = "") -> Picture:
    """The first of our pictures that a text shows; else the one that we draw, at the path `drawn`, of this title."""
    settings = services().settings
    for named in markup.images(text):
        image = named.reference and images.named(named.reference)
        if image:
            address = settings.base_url + markup.image_address(image.reference)
            return Picture(address, image.width, image.height, named.words or image.words)
    return Picture(settings.base_url + drawn, *share_pictures.SIZE, title)


def of_article(article: Article, permalink: str) -> dict[str, Any]:
    """An article as a NewsArticle."""
    return {
        "@context": _CONTEXT,
        "@type": "NewsArticle",
        "headline": article.headline,
        "url": permalink,
        "mainEntityOfPage": permalink,
        "datePublished": article.posted_at.isoformat(timespec="seconds"),
        "dateModified": article.changed_at.isoformat(timespec="seconds"),
        "image": [
            share_picture(
                article.headline, url_for("public.share_pictures.of_article", number=article.number), article.text
            ).address
        ],
        "author": _organisation(),
        "publisher": _organisation(),
    }


def of_appeal(appeal: Appeal) -> dict[str, Any]:
    """An appeal that takes gifts, as what can be done with it."""
    action = {**_giving(url_for("public.donations.form", slug=appeal.slug)), "name": appeal.title}
    if appeal.starts_on is not None:
        action["startTime"] = appeal.starts_on.isoformat()
    if appeal.ends_on is not None:
        action["endTime"] = appeal.ends_on.isoformat()
    return {"@context": _CONTEXT, **action}


def of_front() -> dict[str, Any]:
    """The organisation, and how to give to it."""
    return {"@context": _CONTEXT, **_organisation(), "potentialAction": _giving(url_for("public.front.donate"))}


def _organisation() -> dict[str, Any]:
    settings = services().settings
    known = {
        "@type": "Organization",
        "name": settings.organisation.name,
        "url": settings.base_url + "/",
        "logo": settings.base_url + assets.asset("touch-icon.png"),
        "address": settings.organisation.address,
        "email": settings.organisation.email,
        "telephone": settings.organisation.phone,
    }
    return {name: value for name, value in known.items() if value}


def _giving(path: str) -> dict[str, Any]:
    target = {"@type": "EntryPoint", "urlTemplate": services().settings.base_url + path}
    return {"@type": "DonateAction", "recipient": _organisation(), "target": target}
