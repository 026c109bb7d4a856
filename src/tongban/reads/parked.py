"""滞留信件: letters that could not be applied and bags that could not be opened, each with its reason in words and what to do. The
technical words behind a reason may quote what a letter said, so they are not shown; the place in the letter is."""

import datetime as dt
import re
from typing import Literal

import msgspec

from tongban.domain import nodes
from tongban.domain.actor import Actor
from tongban.domain.text import Text
from tongban.exchange import queries
from tongban.plumbing import here
from tongban.reads.elsewhere import node_name

POWER = "exchange.manage"
MOST = 200

# reason -> what it means, what to do about it
REASONS: dict[str, tuple[Text, Text]] = {
    "gap": (Text("前面的信件还没有到", "Earlier facts are not here yet"),
            Text("系统会自动请求补发;长时间不到,请看对方节点的线路", "They are asked for by themselves; if they stay away, look at that node's lanes")),
    "catalog": (Text("事项目录版本还没有到", "The catalog version is not here yet"),
                Text("目录到达后自动处理;请看市级节点的线路", "Done by itself when the catalog comes; look at the lane of the city")),
    "version": (Text("信件版本或内容无法识别", "The letter is not understood"),
                Text("对方节点的程序较新,请升级本节点后再试", "The other node runs a newer program: upgrade this one, then try again")),
    "person": (Text("人员信息与本节点不一致", "A person is known differently here"),
               Text("请核对本节点和对方节点的人员登记,更正后再试", "Compare the person in both nodes, correct it, then try again")),
    "differs": (Text("内容与本节点已有的记录不一致", "It contradicts what is on record here"),
                Text("请用 tongban verify 在两个节点核对这个办件,不要强行处理", "Check the case with tongban verify on both nodes; nothing is forced")),
    "not_holder": (Text("内容不归发信节点来说,暂不采信", "Not the sender's to tell, so not believed so far"),
                   Text("办件事实会自动向写下它的节点询问;超过一天仍在,请联系发信节点查明原因",
                        "Facts of a case are asked of those who wrote them; if it is still here after a day, ask the sender why")),
    "error": (Text("处理时程序出错", "The program failed on it"),
              Text("请查看本节点日志,修复后再试", "Look into the log of this node; try again when it is mended")),
    "unsigned": (Text("没有签名", "It is not signed"), Text("内容不采信;请联系对方节点", "It is not believed; ask that node")),
    "foreign": (Text("签名的密钥不在公钥环里", "Its key is not in the ring"),
                Text("对方更换过密钥的,请先更新公钥环,再试一次", "If that node has a new key, put it into the ring, then try again")),
    "not_for_me": (Text("不是写给本节点的,或本节点没有对应的密钥", "It is for another node, or sealed for a key that is not here"),
                   Text("本节点换过密钥的,请恢复旧密钥后再试", "If this node has a new key, bring back the old one, then try again")),
    "changed": (Text("内容在途中被改动,签名不符", "It was changed on its way: the signature does not fit"),
                Text("内容不采信;缺少的信件会自动请求补发。反复出现请报告安全人员", "Not believed; what is missing is asked for again. If it repeats, tell security")),
    "format": (Text("不是可识别的邮袋", "It is no bag of letters that is known here"),
               Text("请核对对方节点的程序版本", "Look at the program version of that node")),
    "expired_key": (Text("签名的密钥已经失效", "Its key is no longer valid"),
                    Text("请核对公钥环中的有效期和两个节点的时钟", "Check the dates in the ring and both clocks")),
    "too_big": (Text("邮袋过大", "The bag is too large"), Text("请联系对方节点", "Ask that node")),
}  # fmt: skip
OTHER = (Text("不能处理", "It cannot be applied"), Text("请查看本节点日志", "Look into the log of this node"))
KINDS: dict[str, Text] = {
    "facts": Text("办件事实", "facts of a case"), "dossier": Text("移交案卷", "a case handed over"),
    "piece": Text("材料文件", "a piece of a file"), "request": Text("办理请求", "an act asked for"),
    "outcome": Text("请求答复", "the outcome of a request"), "question": Text("办件查询", "a question for a case"),
    "answer": Text("查询答复", "the answer to a question"), "publication": Text("事项目录", "a catalog"),
    "item_open": Text("停办或恢复事项", "an item closed or opened"), "again": Text("补发请求", "a request to write again"),
    "recall": Text("补齐请求", "a recall after a restored backup"), "recalled": Text("补齐完成", "the end of a recall"),
}  # fmt: skip
_PLACE = re.compile(r"^letters of version .*|(?<= - at )`\$[\w.\[\]]*`$")
_FAILED = re.compile(r"^[A-Za-z_]+(?=:)")


class Stuck(msgspec.Struct, frozen=True):
    """A letter (``what`` letter) or a bag (bag): its id, from which node, lane and numbers, what it is and about which case; why it
    is stuck since when, what to do, where in it; how often it was tried again and when last."""

    id: int
    what: Literal["letter", "bag"]
    sender: str
    sender_name: Text
    lane: str
    first: int
    last: int
    kind: Text
    number: str
    reason: str
    why: Text
    advice: Text
    place: str
    at: dt.datetime
    tries: int = 0
    tried_at: dt.datetime | None = None


class Parked(msgspec.Struct, frozen=True):
    """What waits for somebody, oldest first; ``full`` says that only the first MOST are here."""

    letters: tuple[Stuck, ...]
    bags: tuple[Stuck, ...]
    full: bool


def may_see(actor: Actor) -> bool:
    """Whether the actor manages the mail room of this node."""
    return nodes.may_oversee(actor, POWER, here.nodes().by_code[here.node()])


def parked(actor: Actor) -> Parked:
    """What waits. NotAllowed for who does not manage the exchange in the city or in this district."""
    nodes.must_oversee(actor, POWER, here.nodes().by_code[here.node()])
    letters = tuple(
        Stuck(
            p.id, "letter", p.from_node, node_name(p.from_node), p.lane, p.seq, p.seq, KINDS.get(p.kind, Text(p.kind, p.kind)),
            p.number, p.reason, *REASONS.get(p.reason, OTHER), _place(p.reason, p.detail), p.at, p.tries, p.tried_at,
        )
        for p in queries.parked(MOST)
    )  # fmt: skip
    bags = tuple(
        Stuck(
            r.id, "bag", r.from_node, node_name(r.from_node), r.lane, r.first, r.last, Text("邮袋", "a bag of letters"), "",
            r.reason, *REASONS.get(r.reason, OTHER), "", r.at,
        )
        for r in reversed(queries.refused_bags(MOST))
    )  # fmt: skip
    return Parked(letters, bags, max(len(letters), len(bags)) >= MOST)


def _place(reason: str, detail: str) -> str:
    """Where in the letter, or which kind of failure: never the value that was found there."""
    found = {"version": _PLACE, "error": _FAILED}.get(reason)
    seen = found.search(detail) if found else None
    return seen[0].strip("`") if seen else ""
