"""What tests of pages read off a page."""

from __future__ import annotations

import re
from html import unescape

from django.http import HttpResponse


def words(answer: HttpResponse) -> str:
    """The text of a page, one blank between words."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def hidden(answer: HttpResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())
    assert found, name
    return unescape(found[1])


def links(answer: HttpResponse) -> list[str]:
    """Where the links of a page lead, in their order."""
    return [unescape(found) for found in re.findall(r'<a\b[^>]*\bhref="([^"]*)"', answer.content.decode())]
