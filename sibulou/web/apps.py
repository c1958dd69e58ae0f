"""Registers the app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "sibulou.web"
    label = "web"
