"""What every model states: what is personal, and by whom each moment was set."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import CheckConstraint, Model, Q

OURS = [model for app in apps.get_app_configs() if app.name.startswith("sibulou.") for model in app.get_models()]
SET_BY_NOBODY = {
    "account.created_at": "the audit line of the adding names who did it",
    "appointment.starts_at": "made_by names who appointed",
    "appointment.ends_at": "ended_by names who ended it",
    "leave.starts_at": "the user's own leave",
    "leave.ends_at": "the user's own leave",
    "appointment.entered_at": "made_by names who entered it",
    "appointment.until_entered_at": "ended_by names who entered it",
    "leave.entered_at": "the audit line of the taking names who entered it",
    "leave.until_entered_at": "the audit line of the return names who entered it",
    "subject.entered_at": "the audit line of the adding names who entered it",
    "term_revision.changed_at": "the end that replaced it names who set it",
    "term_revision.ends_at": "a copy of the term's",
    "stage.opened_at": "the clockwork",
    "stage.starts_at": "started_by names who changed the level",
    "strictness.starts_at": "set_by names who set it",
    "watch.starts_at": "set_by names who set it",
    "watch.entered_at": "set_by names who entered it",
    "watch.until_entered_at": "ended_by names who entered it",
    "watch_revision.changed_at": "the end that replaced it names who set it",
    "watch_revision.ended_at": "a copy of the watch's",
    "post.opened_at": "the record of the opening names who told it",
    "obligation.opened_at": "the calendar, or the record in opened_by",
    "obligation.warn_at": "the plan's clock",
    "obligation.due_at": "the plan's clock",
    "obligation.tell_at": "the plan's clock",
    "obligation.until_at": "the plan's clock",
    "obligation.next_climb_at": "the ladder",
    "obligation.heard_at": "the record or the audit line of the entry names who told it",
    "obligation.known_at": "the server's clock",
    "obligation.waived_at": "the waiver names who asked and who granted",
    "revision.changed_at": "the record or waiver that changed it names who did",
    "revision.known_at": "a copy of the obligation's",
    "revision.met_at": "a copy of the obligation's",
    "revision.waived_at": "a copy of the obligation's",
    "climb.told_at": "the clockwork",
    "message.due_at": "the plan's clock",
    "message.told_at": "the clockwork",
    "message.seen_at": "the user it is to",
    "message_channel.next_try_at": "the clockwork",
    "message_delivery.next_try_at": "the clockwork",
    "message_delivery.tried_at": "the clockwork; the audit line of a test names who",
    "message_recipient.next_try_at": "the clockwork",
    "message_recipient.sent_at": "the clockwork",
    "message_recipient.trying_at": "the clockwork",
    "record.claimed_at": "the device's clock; told_by names who",
    "record.happened_at": "told_by names who",
    "record.received_at": "the server's clock",
    "refusal.received_at": "the server's clock",
    "field_invitation.expires_at": "fifteen minutes after it was made",
    "field_invitation.used_at": "the device that came in by it",
    "field_device.expires_at": "thirty days after its user signed in",
    "field_device.seen_at": "the server's clock",
    "field_device.wiped_at": "the device itself; withdrawn_by names who took it back",
    "field_link.expires_at": "made_by, who chose it",
    "field_link.last_used_at": "the server's clock",
    "field_handed_in.received_at": "the server's clock",
    "field_attachment.received_at": "the server's clock",
    "stock_line.happened_at": "a copy of the record's",
    "passage.happened_at": "a copy of the record's",
    "passage.received_at": "a copy of the record's",
    "paper_sheet.starts_at": "made_by names who drew it up",
    "sent_order.due_at": "sent_by_name names who sent it",
    "sent_order.sent_at": "sent_by_name names who sent it",
    "paper_sheet.due_at": "the end of the day or the shift",
    "paper_row.usual_at": "the sheet's made_by names who drew it up",
    "otp_totp_totpdevice.created_at": "the account's own telephone",
    "otp_totp_totpdevice.last_used_at": "the account's own telephone",
}


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_field_is_kept_or_erased(model: type[Model]) -> None:
    privacy = model.Privacy  # type: ignore[attr-defined]
    fields = {field.name for field in model._meta.concrete_fields}
    assert not privacy.keep & privacy.erase
    assert privacy.keep | privacy.erase == fields


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_moment_has_who_set_it(model: type[Model]) -> None:
    """If this fails: give the field its `_by`, or say in SET_BY_NOBODY who names him instead."""
    fields = {field.name for field in model._meta.concrete_fields}
    for name in fields:
        if name.endswith("_at") and f"{model._meta.db_table}.{name}" not in SET_BY_NOBODY:
            assert name.removesuffix("_at") + "_by" in fields, name


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_moment_that_may_be_missing_is_missing_together_with_its_name(model: type[Model]) -> None:
    """The database holds the pair together by a CHECK, so that neither can stand alone."""
    checked = [set(_named(one.condition)) for one in model._meta.constraints if isinstance(one, CheckConstraint)]
    for field in model._meta.concrete_fields:
        by = field.name.removesuffix("_at") + "_by"
        paired = field.name.endswith("_at") and by in {other.name for other in model._meta.concrete_fields}
        if paired and field.null and f"{model._meta.db_table}.{field.name}" not in SET_BY_NOBODY:
            assert any({field.name, by} <= names for names in checked), field.name


def _named(condition: Q) -> Iterator[str]:
    for child in condition.children:
        yield from _named(child) if isinstance(child, Q) else [str(child[0]).split("__")[0]]


def test_no_exception_is_kept_for_a_field_that_is_gone() -> None:
    fields = {f"{model._meta.db_table}.{field.name}" for model in OURS for field in model._meta.concrete_fields}
    assert set(SET_BY_NOBODY) <= fields


def test_there_are_models_to_look_at() -> None:
    assert {"Subject", "Obligation", "Record", "User"} <= {model.__name__ for model in OURS}
