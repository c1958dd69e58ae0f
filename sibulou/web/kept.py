"""Until when what is personal is kept, in words: days after the end of an event, as its plan says."""

from __future__ import annotations

from datetime import date, timedelta

from sibulou.web.labels import language, pick


def kept_words(days: int | None, ended: date | None = None) -> str:
    """`days` after the end, none where the plan does not say. `ended`: the day of the end, if it has come."""
    last = ended and ended + timedelta(days=days or 0)
    if not days:
        after = ("响应解除之日", "the day the response ends")
    else:
        after = (f"响应解除后第 {days} 天", f"{days} day{'' if days == 1 else 's'} after the response ends")
    if last is None:
        return pick(after, language())
    return pick((f"{last:%Y-%m-%d}（{after[0]}）", f"{last:%Y-%m-%d} ({after[1]})"), language())
