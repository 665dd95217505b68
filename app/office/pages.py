"""The subjects of the office: each is a module with a blueprint `bp`. A new subject is added here."""

from app.office import audit, me, people, person, start

SUBJECTS = (
    start,
    me,
    people,
    person,
    audit,
)
