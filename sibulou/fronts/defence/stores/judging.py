"""What a record of supplies must be before it is taken, beyond the shape of its form."""

from __future__ import annotations

from collections.abc import Mapping

from sibulou.duty.listening import Judge
from sibulou.fronts.defence.stores.giving import keeps_stock
from sibulou.fronts.defence.stores.keeping import COUNT, NEED, OUT
from sibulou.fronts.defence.stores.problems import NoStore, NothingCounted, NotSaidWhat
from sibulou.roster.access import Reach
from sibulou.roster.models import Subject


def judge_stock(form: str) -> Judge:
    """The judge of one of the forms."""

    def judge(content: Mapping[str, object], reach: Reach) -> None:
        """Raises NothingCounted, NoStore, NotSaidWhat."""
        if form == COUNT and not any(isinstance(one, int) for one in content.values()):
            raise NothingCounted
        if form == OUT:
            _keeps_stock(content["to"])
        if form == NEED and "store" in content:
            _keeps_stock(content["store"])
            if "item" not in content or "quantity" not in content:
                raise NotSaidWhat

    return judge


def _keeps_stock(named: object) -> None:
    subject = Subject.objects.filter(pk=int(str(named))).first() if str(named).isdigit() else None
    if subject is None or subject.until is not None or not keeps_stock(subject):
        raise NoStore(named=subject.label if subject else str(named))
