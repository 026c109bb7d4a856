"""Who plugs into what: a department's code -> its connector (departments.yaml) -> an adapter at an address (settings).
Only this file knows all connectors; everything else knows the ports of domain/ports.py."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings

from tongban.connectors.paper.adapter import Adapter as Paper
from tongban.domain.ports import CardReader, Department, Finding, Messages, Purpose, RealName, Subject
from tongban.domain.refusals import NotFound
from tongban.domain.text import Text
from tongban.plumbing import clock
from tongban.registers.catalog.files import read_file

CONNECTORS = ("gongan", "minzheng", "renshe", "yibao", "weijian")
PAPER = "paper"

# A resident of the pretended city; a real deployment names the test person agreed with the departments.
_TEST_PERSON = "310110194803120284 沈桂芳"


@cache
def connectors() -> dict[str, str]:
    """Department code -> connector name, from the city's departments.yaml; BadFile when it cannot be read."""
    path = Path(settings.CITY_FOLDER) / "departments.yaml"
    rows = read_file(path, path.name).data["departments"]
    return {row["code"]: row.get("connector", PAPER) for row in rows}


def address(connector: str) -> str:
    """Where the connector's system answers; ``paper`` when settings.TONGBAN_DEPARTMENT_URLS switches it off."""
    urls: dict[str, str] = getattr(settings, "TONGBAN_DEPARTMENT_URLS", {})
    return urls.get(connector) or f"{settings.TONGBAN_DEPARTMENTS_URL.rstrip('/')}/{connector}"


@cache
def department(code: str) -> Department:
    """The port of a department; its adapter is made once per process. NotFound for a code that is not in the city."""
    connector = connectors().get(code)
    if connector is None:
        raise NotFound(
            "department.unknown", f"没有代码为 {code} 的部门", "There is no such department", department=code
        )
    if connector == PAPER or address(connector) == PAPER:
        return Paper()
    adapter: Department = _module(connector, "adapter").Adapter(address(connector), clock.now)
    return adapter


@cache
def card_reader() -> CardReader:
    """The identity-card reader of this machine."""
    adapter: CardReader = _module("card_reader", "adapter").Adapter(settings.TONGBAN_CARD_READER_URL, clock.now)
    return adapter


@cache
def real_name() -> RealName:
    """The city's real-name service, with which residents sign in."""
    adapter: RealName = _module("real_name", "adapter").Adapter(
        settings.TONGBAN_REALNAME_ISSUER or f"{settings.TONGBAN_DEPARTMENTS_URL.rstrip('/')}/realname",
        settings.TONGBAN_REALNAME_CLIENT, settings.TONGBAN_REALNAME_SECRET, clock.now,
    )  # fmt: skip
    return adapter


@cache
def messages() -> Messages:
    """The gateway of outgoing messages; without one, a folder that keeps what would have been sent."""
    module = _module("messages", "adapter")
    url = settings.TONGBAN_MESSAGES_URL
    made: Messages = module.Gateway(url) if url else module.Folder(Path(settings.TONGBAN_MESSAGES))
    return made


def offers() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Department code -> (credential kinds it can give, checks it can answer); the rest is asked for on paper."""
    offered = {}
    for code, connector in connectors().items():
        adapter = Paper if connector == PAPER else _module(connector, "adapter").Adapter
        offered[code] = (adapter.kinds, adapter.checks)
    return offered


def doctor() -> list[tuple[str, Finding]]:
    """Ask every connected department whether it is reachable and conforming; paper twins are always well."""
    number, _, name = getattr(settings, "TONGBAN_TEST_PERSON", _TEST_PERSON).partition(" ")
    subject = Subject(number, name)
    purpose = Purpose("doctor", "", "系统自检", "system:doctor")
    findings = []
    for code, connector in connectors().items():
        if isinstance(department(code), Paper):
            findings.append((code, Finding(True, Text("纸质核对", "On paper"))))
        else:
            findings.append((code, _module(connector, "check").check(department(code), subject, purpose)))
    return findings


def forget() -> None:
    """Make all adapters anew (tests, changed settings)."""
    for made in (connectors, department, card_reader, real_name, messages):
        made.cache_clear()


def _module(connector: str, part: str) -> Any:
    if connector not in (*CONNECTORS, "card_reader", "real_name", "messages"):
        raise NotFound(
            "connector.unknown",
            f"departments.yaml 中的 connector“{connector}”没有对应的程序,请改为 {'、'.join((*CONNECTORS, PAPER))} 之一",
            "There is no such connector; mend departments.yaml",
            connector=connector,
        )
    return import_module(f"tongban.connectors.{connector}.{part}")
