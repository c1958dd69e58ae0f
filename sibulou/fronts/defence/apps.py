"""Registers the front and its scopes."""

from django.apps import AppConfig


class DefenceConfig(AppConfig):
    name = "sibulou.fronts.defence"
    label = "defence"

    def ready(self) -> None:
        from sibulou.fronts.defence import scopes

        scopes.register()
