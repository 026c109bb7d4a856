"""The OpenAPI 3.1 document, made from the program: bodies and answers from the structs that decode and encode them, parameters
from the views. So it is truthful by construction, and the fuzz test holds the program to it."""

import functools
import inspect
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tongban.channels.openapi.problems import MEDIA_TYPE, ProblemDetails
from tongban.domain.text import Text

if TYPE_CHECKING:
    from ninja import NinjaAPI

VERSION = "1.0.0"
TITLE = "全市通办 Tongban API"
LEAD = Text(
    "与窗口相同的办理动作和查询,供自助终端、区级系统和合作单位使用。",
    "The same acts and reads as at the counters, for kiosks, systems of districts and partners.",
)
ABOUT: tuple[tuple[Text, Text], ...] = (
    (Text("令牌", "Tokens"),
     Text("每次调用都带 `Authorization: Bearer tb_…`。令牌在哪些地方有哪些权限,由发放时决定;无权看到的内容对它不存在,不会出现在列表和统计里。",
          "Every call carries `Authorization: Bearer tb_…`. A token has powers in places; what it may not see does not exist for it, "
          "neither in lists nor in counts.")),
    (Text("写入", "Writes"),
     Text("每次写入都带 `Idempotency-Key`。同一编号、同一内容就是同一次办理:返回第一次的结果和状态码。",
          "They carry an `Idempotency-Key`. The same key with the same content is the same act: the first answer comes again, with "
          "the same status.")),
    (Text("状态", "States"),
     Text("办件的事实条数 n 作为 `ETag` 返回。办理时用 `If-Match` 带回,如已有人先办理,返回 409。",
          "A case has a length n, sent as `ETag`. Send it back as `If-Match` with an act, and you are told (409) when somebody else "
          "was first.")),
    (Text("拒绝", "Refusals"),
     Text("`application/problem+json`:固定的 `code`,每处问题一条,用 JSON 指针指明位置。`Accept-Language: en` 返回英文。",
          "`application/problem+json` with a stable `code` and one error for each thing that is wrong, with a JSON pointer into what "
          "was sent. `Accept-Language: en` gives English.")),
    (Text("名称", "Names"),
     Text("本系统字段用 snake_case;事项要素用国家交换表的名称(taskName、promiseDay、acceptCondition、handleArea、limitSceneNum 等)。日期为本市日期,时刻带时区。",
          "Our own fields are in snake_case; the record of an item carries the element names of the national exchange tables "
          "(taskName, promiseDay, acceptCondition, handleArea, limitSceneNum …). Dates are the city's, moments have their zone.")),
)  # fmt: skip
TAGS = {
    "items": "事项 · what the city can do", "centers": "受理中心 · where", "visits": "接待 · a person at a counter",
    "cases": "办件 · one request for one item", "acts": "办理 · acts on a case", "files": "材料文件 · scans and uploads",
    "progress": "进度 · for residents with a query code", "board": "看板 · numbers of the day", "exchange": "信息交互 · nodes and lanes",
}  # fmt: skip
_WHY = {
    400: "The request cannot be read, or a header is missing", 401: "No valid token", 403: "The token lacks the power",
    404: "There is none, or the token may not know of it", 409: "Somebody was first, or the key was used for another request",
    413: "Too large", 415: "Not the media type of this address", 422: "A rule says no; everything wrong is told at once",
    429: "Too many tries", 503: "Another node does not answer now",
}  # fmt: skip
_wanted: list[tuple[Any, dict[str, Any]]] = []


class Says(NamedTuple):
    """What the document says of one operation beyond what django-ninja finds by itself."""

    summary: str
    description: str
    extra: dict[str, Any]


def schema_of(kind: Any) -> dict[str, Any]:
    """A place for the schema of a type: it is filled when all types are known, because their names must differ."""
    place: dict[str, Any] = {}
    _wanted.append((kind, place))
    return place


def operation(
    signature: inspect.Signature, doc: str, *, path: str, status: int, keyed: bool, acts: bool, public: bool,
    sends: dict[str, Any] | None, streams: str, waits: Any = None,
) -> Says:  # fmt: skip
    """Describe one view from its signature and docstring (first paragraph: summary)."""
    summary, _, rest = doc.partition("\n\n")
    extra: dict[str, Any] = {
        "parameters": [],
        "responses": {status: _answer(signature.return_annotation, acts, streams)},
    }
    refusals = {422} if public else {401, 403, 422}
    # A path may name what is not there, and so may a body (a visit, an item).
    if waits is not None:
        extra["responses"][202] = {
            "description": "Not known at this node; the city is asked. Ask again in a moment, with `asked`",
            "content": {"application/json": {"schema": schema_of(waits)}},
        }
        refusals.add(503)
    if "{" in path or "body" in signature.parameters:
        refusals.add(404)
    if keyed:
        refusals |= {400, 409}
        extra["parameters"].append(_header("Idempotency-Key", True, "The same key is the same act", r"^[!-~]{1,200}$"))
    if acts:
        extra["parameters"].append(
            _header("If-Match", False, "The ETag of the case as it was seen", r'^"[1-9][0-9]{0,5}"$')
        )
    if "body" in signature.parameters:
        refusals |= {400, 413, 415}
        schema = schema_of(signature.parameters["body"].annotation)
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if sends:
        refusals |= {400, 413, 415}
        extra["requestBody"] = {"required": True, "content": sends}
    if public:
        refusals.add(429)
    problem = {MEDIA_TYPE: {"schema": schema_of(ProblemDetails)}}
    for refusal in sorted(refusals):
        extra["responses"][refusal] = {"description": _WHY[refusal], "content": problem}
    return Says(" ".join(summary.split()), rest, extra)


def _answer(kind: Any, acts: bool, streams: str) -> dict[str, Any]:
    if kind in (None, type(None)):
        return {"description": "Done"}
    if streams:
        return {"description": "The bytes", "content": {streams: {}}}
    told: dict[str, Any] = {"description": "OK", "content": {"application/json": {"schema": schema_of(kind)}}}
    if acts:
        told["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "The state of the case, for If-Match"}}
    return told


def _header(name: str, required: bool, description: str, pattern: str) -> dict[str, Any]:
    return {"in": "header", "name": name, "required": required, "description": description,
            "schema": {"type": "string", "pattern": pattern}}  # fmt: skip


def about() -> str:
    """The introduction as the document holds it (Markdown)."""
    parts = [f"{LEAD.zh}\n{LEAD.en}"]
    parts += [f"**{title.zh} · {title.en}**\n\n{text.zh}\n\n{text.en}" for title, text in ABOUT]
    return "\n\n".join(parts)


@functools.cache
def build(api: "NinjaAPI") -> dict[str, Any]:
    """The document; made once per process."""
    schemas, components = msgspec.json.schema_components(
        [kind for kind, _ in _wanted], ref_template="#/components/schemas/{name}"
    )
    for (_, place), schema in zip(_wanted, schemas, strict=True):
        place.update(schema)
    made = dict(api.get_openapi_schema(path_prefix="api/v1/"))
    made["components"]["schemas"] = {**made["components"].get("schemas", {}), **dict(sorted(components.items()))}
    made["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    made["servers"] = [{"url": "/"}]
    return made
