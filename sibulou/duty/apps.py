"""Registers the app, and what the kernel does when a subject leaves the roster."""

from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "sibulou.duty"
    label = "duty"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from sibulou.duty.ending import end_what_is_owed
        from sibulou.roster.ending import on_end

        if end_what_is_owed not in on_end:
            on_end.append(end_what_is_owed)
