"""Sibulou (四不漏): a county that knows what it missed."""

__version__ = "0.1.0"
