"""The clockwork of messages: each minute they are made, what waits is sent, and failing channels are told of."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app

from sibulou.lib.clock import now
from sibulou.message.failing import report_all
from sibulou.message.making import make_messages
from sibulou.message.pruning import prune
from sibulou.message.sending import send_due
from sibulou.roster.access import EVERYTHING, acting


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="messages", pass_context=False)
def messages(timestamp: int) -> int:
    """Make the messages of this minute and send what may be sent. Returns how many were made."""
    at = now()
    with acting(EVERYTHING):
        made = make_messages(now=at)
        report_all(now=at)
    send_due(now=at)
    return made


@app.periodic(cron="40 3 * * *")
@app.task(queueing_lock="message_pruning", pass_context=False)
def pruning(timestamp: int) -> int:
    """Each night what was told long ago is deleted. Returns how many messages and deliveries."""
    with acting(EVERYTHING):
        return prune(days=settings.MESSAGES_DAYS, now=now())
