"""Registers the app."""

from django.apps import AppConfig


class MessageConfig(AppConfig):
    name = "sibulou.message"
    label = "message"
    default_auto_field = "django.db.models.BigAutoField"
