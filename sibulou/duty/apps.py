"""Registers the app."""

from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "sibulou.duty"
    label = "duty"
    default_auto_field = "django.db.models.BigAutoField"
