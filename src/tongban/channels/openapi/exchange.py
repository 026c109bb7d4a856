"""信息交互: nodes, lanes and what is stuck, for machines that watch over them. Counts, moments and digests; nothing of what letters say."""

from ninja import Router

from tongban.channels.openapi.wire import Call, read
from tongban.reads import lanes, parked
from tongban.reads.lanes import City, LaneLine
from tongban.reads.parked import Parked

router = Router(tags=["exchange"])


@read(router, "/exchange/nodes")
def show_nodes(call: Call) -> City:
    """节点: the nodes of the city as this one last heard them, with its lanes

    The token needs board.read in the city, or in the district that this node hosts."""
    return lanes.city(call.actor, now=call.at)


@read(router, "/exchange/lanes")
def list_lanes(call: Call) -> tuple[LaneLine, ...]:
    """线路: what waits in each lane to and from this node, since when, how many letters a minute"""
    return lanes.city(call.actor, now=call.at).lanes


@read(router, "/exchange/parked")
def list_parked(call: Call) -> Parked:
    """滞留信件: letters that could not be applied and bags that could not be opened, with the reason in words

    The token needs exchange.manage in the city, or in the district that this node hosts."""
    return parked.parked(call.actor)
