"""Defence: roads and where things stand on them; who passes; people and rosters. One module per subject."""

from sibulou.fronts.defence.models.branch import Branch, Joint, Leading, PostStep, Step
from sibulou.fronts.defence.models.cordon import LocalRoad, Road, RoadNetwork, RoadNode, Seal, Whereabouts
from sibulou.fronts.defence.models.passage import Passage
from sibulou.fronts.defence.models.people import Absence, KeptApart, Member, Team, Trade, Unit
from sibulou.fronts.defence.models.rota import CalendarLink, PostHours, Rota, Shift, Standing, Swap
from sibulou.fronts.defence.models.steps import StepCard
from sibulou.fronts.defence.models.stock import StockLine

__all__ = [
    "Absence",
    "Branch",
    "CalendarLink",
    "Joint",
    "KeptApart",
    "Leading",
    "LocalRoad",
    "Member",
    "Passage",
    "PostHours",
    "PostStep",
    "Road",
    "RoadNetwork",
    "RoadNode",
    "Rota",
    "Seal",
    "Shift",
    "Standing",
    "Step",
    "StepCard",
    "StockLine",
    "Swap",
    "Team",
    "Trade",
    "Unit",
    "Whereabouts",
]
