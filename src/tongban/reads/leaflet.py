"""The guide of an item as a resident reads it (办事指南): who, what to bring, where in plain words, how long, what it costs, by
which law, and how far each line may be believed. The catalog is public, so nobody has to say who they are."""

import datetime as dt
from decimal import Decimal

import msgspec

from tongban.domain import alone
from tongban.domain.actor import SYSTEM
from tongban.domain.item import HOME_NAMES, ItemVersion, Law, PaperNeed
from tongban.domain.text import Text
from tongban.domain.wording import describe
from tongban.reads import finder
from tongban.registers.catalog import queries as catalog

WHERE = {
    "direct": Text(
        "全市任何一个社区事务受理服务中心都可以办，不看户口在哪里、住在哪里。",
        "Any community service center of the city, wherever you are registered or live.",
    ),
    "split": Text(
        "全市任何一个中心都可以递交材料。材料由系统转到您{zh}的中心办理，您不用再跑一趟。",
        "Hand in your papers at any center. They are passed on to the center of your {en}; you need not go there.",
    ),
    "settle_home": Text(
        "全市任何一个中心都可以申请和审核；通过以后，由您{zh}所在的区按当地标准落实。",
        "Apply at any center, which reviews; afterwards the district of your {en} provides by its own standard.",
    ),
    "local": Text(
        "只能到您{zh}所属街镇的中心办理。可以在下面查是哪一个中心。",
        "Only at the center of your {en}. Look below which one it is.",
    ),
}
WHO_STEPS = {
    "counter": Text("窗口", "counter"),
    "back_office": Text("后台", "back office"),
    "department": Text("主管部门", "department"),
    "person": Text("您本人", "you"),
}
# How far a line may be believed: empty = taken from a public guide.
DOUBT = {
    "verbatim": Text(""),
    "mixed": Text("部分待核实", "partly to be verified"),
}
EXAMPLE = Text("示例/待核实", "example, to be verified")
# The card itself proves who stands there, whatever the system can fetch.
CARD = Text("窗口要读卡核对身份，请务必带上", "the counter reads it to see who you are: bring it")
FETCHED = Text(
    "窗口能从系统调取到的，不再收纸质；建议带上备用",
    "not asked for on paper when the counter can fetch it; bring it in case it cannot",
)
DECLARED = Text("可以当场书面承诺代替", "may be replaced by a declaration at the counter")
OTHER = "其他"
# The city's data names topics in Chinese; a topic without English here is shown as it is written there.
TOPICS = {
    "医疗": "Health care", "社保": "Social insurance", "档案": "Archives", "证明": "Certificates", "户籍": "Household registration",
    "就业": "Work", "公积金": "Housing fund", "来沪人员": "New in Shanghai", "救助": "Relief", "居住": "Residence",
    "生育": "Birth", "津贴": "Allowances", "养老": "Old age", "残疾": "Disability", "住房": "Housing", "长三角": "Yangtze delta",
    "婚姻": "Marriage", "身故": "Death", "企业": "Companies", "创业": "Starting a business", "车辆": "Vehicles", "退役军人": "Veterans",
    "涉外": "Foreigners", "缴费": "Payments", "教育": "Education", "科技": "Technology", "信用": "Credit", "资金": "City funds",
    "工程": "Building works", "航运": "Shipping", "体育": "Sports", "办事指引": "Guides", OTHER: "Other",
}  # fmt: skip


class Line(msgspec.Struct, frozen=True):
    """One sentence with its legal basis and how far it may be believed (``doubt`` empty: verbatim)."""

    text: Text
    law: str = ""
    doubt: Text = Text("")


class Bring(msgspec.Struct, frozen=True):
    """One paper to bring: the thing itself and everything a person asks about it."""

    name: Text
    key: bool
    original: bool
    copies: int
    follow_days: int
    issuer: Text
    carry: bool
    when: Text
    instead: Text
    note: Text
    sample: Text
    doubt: Text


class Cost(msgspec.Struct, frozen=True):
    """A charge in yuan with its legal basis."""

    name: Text
    amount: Decimal
    unit: Text
    law: str


class Leaflet(msgspec.Struct, frozen=True):
    """Everything about one item on one page. ``online``: how it is called where a resident begins it, empty when they may not."""

    code: str
    name: Text
    department: Text
    summary: Text
    note: Text
    topics: tuple[str, ...]
    version: int
    valid_from: dt.date
    receivable: bool
    open: bool
    closed_why: str
    closed_since: dt.datetime | None
    scope: str
    where: Text
    home: Text
    conditions: tuple[Line, ...]
    papers: tuple[Bring, ...]
    steps: tuple[Line, ...]
    handling: str
    promised_days: int
    legal_days: int
    accept_days: int
    visits: int
    visit_why: Text
    costs: tuple[Cost, ...]
    results: tuple[Text, ...]
    delivery: tuple[str, ...]
    law: tuple[Line, ...]
    enquiry: str
    complaint: str
    doubt: Text
    online: str = ""

    @property
    def takes(self) -> bool:
        """True when a counter would take this item today."""
        return self.receivable and self.open


class Found(msgspec.Struct, frozen=True):
    """An item found by everyday words: enough to choose by. ``why_not`` is empty when counters take it."""

    code: str
    name: Text
    department: Text
    summary: Text
    matched: str
    where: Text
    why_not: Text
    score: float = 0.0
    meant: bool = True


def everything(text: str, *, today: dt.date, most: int = 20) -> tuple[tuple[finder.EventHit, ...], tuple[Found, ...]]:
    """The life events and the items that the words may mean, each best first."""
    return finder.find_events(text, today=today), search(text, today=today, most=most)


def search(text: str, *, today: dt.date, most: int = 20) -> tuple[Found, ...]:
    """The items that the words may mean, best first."""
    # The finder asks for a clerk's power because it answers for a counter; what it reads is public.
    hits = finder.find(SYSTEM, text, center="", today=today, most=most)
    return tuple(
        Found(
            h.code, h.name, h.department, catalog.current(h.code, today).summary, _alias(h.code, h.words, today),
            h.scope, h.why_not, h.score, h.meant,
        )
        for h in hits
    )  # fmt: skip


def _alias(code: str, words: str, today: dt.date) -> str:
    """The everyday name that was meant; nothing when a name, a topic or a sentence of the guide matched."""
    return words if words in catalog.current(code, today).item.aliases else ""


def topics(today: dt.date) -> tuple[tuple[Text, tuple[tuple[str, Text, bool], ...]], ...]:
    """All items by topic: (topic, ((code, name, counters take it), …)); first what counters take."""
    shut = catalog.closed()
    groups: dict[str, list[tuple[str, Text, bool]]] = {}
    for version in catalog.listing(today):
        takes = version.receivable and version.code not in shut
        for topic in version.item.topics or (OTHER,):
            groups.setdefault(topic, []).append((version.code, version.name, takes))
    ordered = sorted(groups.items(), key=lambda g: (g[0] == OTHER, -sum(takes for *_, takes in g[1]), -len(g[1])))
    return tuple(
        (Text(topic, TOPICS.get(topic, "")), tuple(sorted(rows, key=lambda r: not r[2]))) for topic, rows in ordered
    )


def leaflet(code: str, *, today: dt.date) -> Leaflet:
    """The guide of an item in the version valid today. NotFound ``catalog.no_item``."""
    v = catalog.current(code, today)
    state = catalog.state(code)
    owner = catalog.departments()[v.item.department]
    home = HOME_NAMES[v.home] if v.home else Text("户籍地或居住地", "hukou or residence place")
    laws = {law.id: law for law in v.law}
    elements = catalog.elements()
    return Leaflet(
        code=v.code, name=v.name, department=owner.name, summary=v.summary, note=v.note or v.item.note or Text(""),
        topics=v.item.topics, version=v.version, valid_from=v.valid_from, receivable=v.receivable, open=state.open,
        closed_why=state.reason, closed_since=state.since, scope=v.scope, where=_filled(WHERE[v.scope], home), home=home,
        conditions=tuple(Line(c.text, _cite(laws.get(c.law)), _doubt(c.evidence)) for c in v.conditions),
        papers=tuple(_bring(p, describe(p.when, elements) if p.when else Text("")) for p in v.papers),
        steps=tuple(Line(s.text, WHO_STEPS[s.who].zh) for s in v.process if s.text.zh),
        handling=v.handling, promised_days=v.limits.promised_days, legal_days=v.limits.legal_days,
        accept_days=v.limits.accept_days, visits=v.visits.count, visit_why=v.visits.reason or Text(""), costs=_costs(v, laws),
        results=tuple(r.name for r in v.results), delivery=v.delivery,
        law=tuple(Line(Text(law.cite()), law.url, _doubt(law.evidence)) for law in v.law),
        enquiry=v.phones.enquiry, complaint=v.phones.complaint, doubt=_doubt(v.evidence),
        online=alone.code_of(v.code) if state.open and alone.may_start(v) else "",
    )  # fmt: skip


def _bring(need: PaperNeed, when: Text) -> Bring:
    kind = catalog.materials().get(need.material)
    ways = kind.satisfied_by if kind else ()
    instead = Text("")
    card = bool(ways) and ways[0].credential == "id_card"
    if card:
        instead = CARD
    elif ways and (ways[0].credential or ways[0].check):
        instead = FETCHED
    elif any(way.declaration for way in ways):
        instead = DECLARED
    return Bring(
        name=kind.name if kind else Text(need.material), key=need.key, original=need.original, copies=need.copies,
        follow_days=0 if need.key else need.tolerated_days, issuer=kind.source if kind else Text(""), carry=card, when=when,
        instead=instead, note=need.note or Text(""), sample=(kind.sample if kind else None) or Text(""),
        doubt=_doubt(need.evidence),
    )  # fmt: skip


def _costs(version: ItemVersion, laws: dict[str, Law]) -> tuple[Cost, ...]:
    return tuple(Cost(f.item, f.amount, f.unit or Text(""), _cite(laws.get(f.basis))) for f in version.fee or ())


def _cite(law: Law | None) -> str:
    return law.cite() if law else ""


def _doubt(evidence: str) -> Text:
    return DOUBT.get(evidence, EXAMPLE)


def _filled(text: Text, home: Text) -> Text:
    return Text(text.zh.replace("{zh}", home.zh), text.en.replace("{en}", home.en))
