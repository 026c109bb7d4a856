"""Reads the layout of nodes from the city's nodes.yaml (or a file that the environment names) and tells plumbing/here.py which
one this process is."""

from pathlib import Path

import msgspec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tongban.domain.nodes import Node, Nodes, problems
from tongban.plumbing import here
from tongban.registers.catalog.files import BadFile, read_file


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Layout name -> its nodes."""

    layouts: dict[str, tuple[Node, ...]]


def load(path: Path, layout: str) -> Nodes:
    """One layout of a nodes file. Raises ImproperlyConfigured with what is wrong and how to mend it."""
    try:
        held = msgspec.convert(read_file(path, path.name).data, _File, strict=False)
    except BadFile as why:
        raise ImproperlyConfigured(str(why)) from None
    except msgspec.ValidationError as why:
        raise ImproperlyConfigured(f"{path}: {why}") from None
    if layout not in held.layouts:
        raise ImproperlyConfigured(
            f"{path} has no layout “{layout}”; set TONGBAN_LAYOUT to one of {list(held.layouts)}"
        )
    if wrong := problems(held.layouts[layout]):
        raise ImproperlyConfigured(f"{path}, layout {layout}: " + ";".join(wrong))
    return Nodes(held.layouts[layout])


def settle() -> None:
    """Tell the house which node it is, from the settings."""
    try:
        here.settle(settings.TONGBAN_NODE, load(Path(settings.TONGBAN_NODES), settings.TONGBAN_LAYOUT))
    except ValueError as why:
        raise ImproperlyConfigured(str(why)) from None
