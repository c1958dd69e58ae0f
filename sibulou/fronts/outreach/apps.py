"""Registers the front and its scopes."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "sibulou.fronts.outreach"
    label = "outreach"

    def ready(self) -> None:
        from sibulou.fronts.outreach import scopes

        scopes.register()
