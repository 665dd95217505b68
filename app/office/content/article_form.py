"""The form in which an article is written: its words, its event, and when readers see it."""

from datetime import datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app import clock
from app.articles.article import Article
from app.articles.writing import Manuscript
from app.office.content.text_form import MOST_CHARACTERS, TextForm
from app.web import fields
from app.web.fields import DayField, LineField, LinesField, TimeField

DRAFT, NOW, LATER, STAYS = "draft", "now", "later", "stays"


class ArticleForm(TextForm):
    """Everything an editor writes of an article."""

    headline = LineField(_l("Headline"), missing=_l("Enter a headline"), longest=300)
    text = LinesField(_l("Text"), missing=_l("Enter the text"), longest=MOST_CHARACTERS)
    demands = TextAreaField(_l("Demands"), description=_l("One on each line. They appear as a list below the text."))
    first_day = DayField(_l("First day"))
    starts = TimeField(_l("Starts at"), description=_l("Leave empty if it lasts all day."))
    last_day = DayField(_l("Last day"), description=_l("Only if it lasts longer than one day."))
    ends = TimeField(_l("Ends at"))
    place = LineField(_l("Place"), description=_l("The name, then a comma, then the address."), longest=300)
    directions = LineField(_l("Getting there"), longest=300)
    when = RadioField(_l("Who can see it"), validate_choice=False)
    day = DayField(_l("On this day"))
    time = TimeField(_l("At this time"))

    def __init__(self, article: Article | None = None, **values: Any) -> None:
        """Offer what can become of the article: one that is public may stay so under its own date."""
        super().__init__(**values)
        self._article = article
        self._public_since = (
            article.posted_at if article and not article.draft and article.posted_at <= clock.now() else None
        )
        self.when.choices = [
            SelectChoice(DRAFT, _("Nobody yet: keep it as a draft")),
            SelectChoice(STAYS, _("Everybody: it stays published"))
            if self._public_since
            else SelectChoice(NOW, _("Everybody, from now on")),
            SelectChoice(LATER, _("Everybody, from a day and time")),
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether an article can be made of it."""
        super().validate(extra_validators)
        self._event = self._read_event()
        self._posted_at = self._read_posted_at()
        return not self.errors

    def manuscript(self) -> Manuscript:
        """What a valid form describes."""
        demands = tuple(
            line.strip().removeprefix("- ") for line in (self.demands.data or "").splitlines() if line.strip()
        )
        return Manuscript(
            headline=self.headline.data,
            text=self.text.data,
            demands=demands,
            draft=self.when.data == DRAFT,
            posted_at=self._posted_at,
            **self._event,
        )

    def _read_posted_at(self) -> datetime:
        if self.when.data not in [choice.value for choice in self.when.choices]:
            self.wrong(self.when, _("Select who can see it"))
        if self.when.data == STAYS and self._public_since:
            return self._public_since
        if self.when.data == DRAFT and self._article:
            return self._article.posted_at
        if self.when.data != LATER:
            return clock.now()
        on, at = self.day.data, self.time.data
        if on is None and not self.day.errors:
            self.wrong(self.day, _("Enter the date from which readers can see it"))
        if at is None and not self.time.errors:
            self.wrong(self.time, _("Enter the time from which readers can see it"))
        return fields.instant(on, at) if on and at is not None else clock.now()

    def _read_event(self) -> dict[str, Any]:
        first, last, starts, ends = self.first_day.data, self.last_day.data, self.starts.data, self.ends.data
        others = (last, starts is not None, ends is not None, self.place.data, self.directions.data)
        if first is None and not self.first_day.errors and any(others):
            self.wrong(self.first_day, _("Enter the date of the event"))
        if ends is not None and starts is None:
            self.wrong(self.starts, _("Enter the start time, or leave the end time empty"))
        if first is None:
            return {}
        all_day = starts is None
        ends_at = fields.instant(last or first, ends or starts or time()) if ends is not None or last else None
        starts_at = fields.instant(first, starts or time())
        if ends_at is not None and ends_at < starts_at:
            self.wrong(self.last_day if last else self.ends, _("The event must end after it starts"))
        return {
            "event_starts_at": starts_at,
            "event_ends_at": ends_at,
            "event_all_day": all_day,
            "event_place": self.place.data or None,
            "event_directions": self.directions.data or None,
        }


def filled(article: Article) -> dict[str, Any]:
    """What the form holds when an article is opened in it."""
    now, moment = clock.now(), article.posted_at
    starts_at, ends_at = article.event_starts_at, article.event_ends_at
    several_days = starts_at and ends_at and clock.local_day(starts_at) != clock.local_day(ends_at)
    when = DRAFT if article.draft else STAYS if moment <= now else LATER
    return {
        "based_on": str(article.version),
        "headline": article.headline,
        "text": article.text,
        "demands": "\n".join(article.demands),
        "first_day": fields.typed_day(starts_at),
        "starts": None if article.event_all_day else fields.typed_time(starts_at),
        "last_day": fields.typed_day(ends_at) if several_days or article.event_all_day else None,
        "ends": None if article.event_all_day else fields.typed_time(ends_at),
        "place": article.event_place or "",
        "directions": article.event_directions or "",
        "when": when,
        # Also of a draft: one that was public before can go back to its own date.
        "day": fields.typed_day(moment) if when != STAYS else None,
        "time": fields.typed_time(moment) if when != STAYS else None,
    }
