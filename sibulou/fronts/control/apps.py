"""Registers the front and its scopes."""

from django.apps import AppConfig


class ControlConfig(AppConfig):
    name = "sibulou.fronts.control"
    label = "control"

    def ready(self) -> None:
        from sibulou.fronts.control import scopes

        scopes.register()
