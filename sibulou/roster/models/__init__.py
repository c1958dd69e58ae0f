"""The roster: who and what may not be missed, and who answers for it."""

from sibulou.roster.models.area import Area, AreaCode
from sibulou.roster.models.audit import AuditLine
from sibulou.roster.models.chain import Appointment, Leave, Seat, User
from sibulou.roster.models.subject import Household, Institution, Person, Place, Post, Subject

__all__ = [
    "Appointment", "Area", "AreaCode", "AuditLine", "Household", "Institution", "Leave", "Person", "Place", "Post",
    "Seat", "Subject", "User",
]  # fmt: skip
