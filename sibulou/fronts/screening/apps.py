"""Registers the front and its scopes."""

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "sibulou.fronts.screening"
    label = "screening"

    def ready(self) -> None:
        from sibulou.fronts.screening import scopes

        scopes.register()
