"""Registers the app, and what the kernel does when a subject leaves the roster or moves within it."""

from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "sibulou.duty"
    label = "duty"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from sibulou.duty.ending import end_what_is_owed
        from sibulou.duty.following import follow
        from sibulou.roster.ending import on_end
        from sibulou.roster.moving import on_move

        if end_what_is_owed not in on_end:
            on_end.append(end_what_is_owed)
        if follow not in on_move:
            on_move.append(follow)
