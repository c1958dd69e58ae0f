"""Registers the app."""

from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "sibulou.field"
    label = "field"
    default_auto_field = "django.db.models.BigAutoField"
