"""The subjects of the office: each is a module with a blueprint `bp`. A new subject is added here."""

from app.office import me, start

SUBJECTS = (
    start,
    me,
)
