"""Registers the app."""

from django.apps import AppConfig


class PaperConfig(AppConfig):
    name = "sibulou.paper"
    label = "paper"
    default_auto_field = "django.db.models.BigAutoField"
