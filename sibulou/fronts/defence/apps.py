"""Registers the front and its scopes."""

from django.apps import AppConfig


class DefenceConfig(AppConfig):
    name = "sibulou.fronts.defence"
    label = "defence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from sibulou.fronts.defence import scopes

        scopes.register()
