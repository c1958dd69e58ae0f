"""The posts of the chapter on passages."""

from tests.spec.passage.conftest import gate

__all__ = ["gate"]
