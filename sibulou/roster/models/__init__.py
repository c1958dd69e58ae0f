"""The roster: who and what may not be missed, and who answers for it."""

from sibulou.roster.models.area import Area, AreaCode
from sibulou.roster.models.audit import AuditLine
from sibulou.roster.models.chain import Appointment, Closure, Leave, Seat, TermRevision, User
from sibulou.roster.models.phone_code import PhoneCode
from sibulou.roster.models.subject import Household, Institution, Person, Place, Post, Subject

__all__ = [
    "Appointment",
    "Area",
    "AreaCode",
    "AuditLine",
    "Closure",
    "Household",
    "Institution",
    "Leave",
    "Person",
    "PhoneCode",
    "Place",
    "Post",
    "Seat",
    "Subject",
    "TermRevision",
    "User",
]  # fmt: skip
