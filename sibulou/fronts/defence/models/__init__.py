"""Defence: the roads of a county and where things stand on them. One module per subject."""

from sibulou.fronts.defence.models.cordon import LocalRoad, Road, RoadNetwork, RoadNode, Seal, Whereabouts

__all__ = ["LocalRoad", "Road", "RoadNetwork", "RoadNode", "Seal", "Whereabouts"]
