"""From what a machine sent to the values of the rulebook, with pointers into what was sent."""

import hmac

import msgspec

from tongban.channels.openapi.bodies import Brought, MandateIn, PaperGiven, PersonIn
from tongban.channels.openapi.wire import Call
from tongban.domain.person import Identity, identify
from tongban.domain.receiving import Intake, PaperIn
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text
from tongban.flows.serve import Shown
from tongban.plumbing import crypto, files


def person(call: Call, given: PersonIn, pointer: str) -> Identity:
    """A person as the rulebook knows one; Refused with pointers below ``pointer``."""
    try:
        return identify(given.kind, given.name, given.number, today=call.today, birth=given.birth, sex=given.sex)
    except Refused as refused:
        problems = tuple(
            msgspec.structs.replace(p, pointer=pointer + (p.pointer or _part(p.code))) for p in refused.problems
        )
        raise Refused(
            refused.code, refused.text.zh, refused.text.en, advice=refused.advice, problems=problems
        ) from None


def _part(code: str) -> str:
    """The field that a refusal without a pointer speaks of: a name has one code of its own, all else is the number."""
    return "/name" if code.startswith("person.name") else "/number"


def mandate(call: Call, given: MandateIn) -> Shown:
    """A mandate that is shown; its paper may be the handle of an upload."""
    paper = (
        _digest(call, given.paper, "/mandate/paper") if "." in given.paper and len(given.paper) > 64 else given.paper
    )
    return Shown(paper, given.kind, given.items, given.until, given.relation)


def papers(call: Call, given: tuple[PaperGiven, ...]) -> tuple[PaperIn, ...]:
    """Papers handed in; a scan is named by the handle of its upload."""
    return tuple(
        PaperIn(p.material, p.form, p.grade, _digest(call, p.file, f"/papers/{p.material}") if p.file else "")
        for p in given
    )


def intake(call: Call, given: Brought) -> Intake:
    """What a resident brings for one item."""
    return Intake(given.answers, papers(call, given.papers), given.declarations, given.follow, given.insist)


def handle(call: Call, digest: str) -> str:
    """The name of an upload for the one who sent it. A digest alone names it in logs; only with this may one hand it in, so
    that nobody gets at another's paper by naming it."""
    return f"{digest}.{_seal(call, digest)}"


def _digest(call: Call, given: str, pointer: str) -> str:
    digest, _, seal = given.partition(".")
    if not given.isascii() or not hmac.compare_digest(seal, _seal(call, digest)):
        zh, en = (
            "文件编号无效,请先上传文件,再使用返回的 file",
            "No such upload of yours: upload it first and use the file it returns",
        )
        raise Refused("file.unknown", zh, en, problems=(Problem("file.unknown", Text(zh, en), pointer),))
    if not files.hold(digest):
        zh, en = "上传的文件已过期清除,请重新上传", "This upload was removed because nothing named it: upload it again"
        raise Refused("file.expired", zh, en, problems=(Problem("file.expired", Text(zh, en), pointer),))
    return digest


def _seal(call: Call, digest: str) -> str:
    return crypto.sign(f"openapi.file:{call.actor.ref}:{digest}".encode())[:16].hex()
