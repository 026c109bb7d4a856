"""Which node this process belongs to, and which others there are. Registers and flows ask here; config/nodes.py tells it when
the program starts, because only config knows the city's folder and the environment."""

from collections.abc import Iterator
from contextlib import contextmanager

from tongban.domain.nodes import Node, Nodes
from tongban.domain.text import Text

ALONE = Nodes((Node("city", Text("市级系统", "City system"), "city", ("310000",)),))
"""One node for everything: the layout of a single machine."""


class _Here:
    node, nodes = "city", ALONE


def settle(node: str, nodes: Nodes) -> None:
    """Say which node this process is. ValueError for a node that the layout does not have."""
    if node not in nodes.by_code:
        known = ", ".join(nodes.by_code)
        raise ValueError(f"TONGBAN_NODE={node} is not in the layout; it has: {known}")
    _Here.node, _Here.nodes = node, nodes


@contextmanager
def as_node(node: str, nodes: Nodes) -> Iterator[None]:
    """Be another node for a while (several nodes in one process of a test)."""
    before = _Here.node, _Here.nodes
    settle(node, nodes)
    try:
        yield
    finally:
        _Here.node, _Here.nodes = before


def node() -> str:
    """The code of this node."""
    return _Here.node


def nodes() -> Nodes:
    """The layout this node is part of."""
    return _Here.nodes


def hosts(center: str) -> bool:
    """True when this node hosts the center: only then may it append to a case that the center holds."""
    return _Here.nodes.host(center) == _Here.node


def is_city() -> bool:
    """True on the city node: it publishes the catalog, and holds the facts of every case."""
    return _Here.node == _Here.nodes.city
