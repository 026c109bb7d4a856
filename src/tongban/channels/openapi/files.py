"""材料文件: scans and uploads, judged by their bytes; they are read again only as papers of a case that the token may see."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import unquote

import msgspec
from django.conf import settings
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Header, Path, Query, Router

from tongban.channels.openapi import problems, taken
from tongban.channels.openapi.parameters import Digest, Number
from tongban.channels.openapi.wire import Call, read, write
from tongban.channels.shared.printing import render
from tongban.domain.refusals import Refused
from tongban.flows import access
from tongban.plumbing import files, uploads
from tongban.reads import printout

router = Router(tags=["files"])
_BYTES = {"type": "string", "contentMediaType": "application/octet-stream"}
Name = Annotated[
    str,
    Header(
        alias="File-Name",
        min_length=1,
        max_length=600,
        pattern=r"^[!-~]+$",
        description="The name of the file for display, percent-encoded UTF-8; a header, so that no log keeps it",
    ),
]
Reason = Annotated[str, Query(min_length=1, max_length=500, description="Why it is looked at; the person sees it")]
Kind = Annotated[
    str, Path(pattern=rf"^({'|'.join(printout.NEEDS)})$", description=f"Which paper: {', '.join(printout.NEEDS)}")
]


class Kept(msgspec.Struct, frozen=True):
    """An upload: ``file`` is the handle with which this token hands it in (papers[].file); ``digest`` (SM3, hex) is how logs
    name it. ``pages`` is 0 where they cannot be counted. A file that no case names within a week is removed."""

    file: str
    digest: str
    size: int
    media_type: str
    pages: int
    name: str


@write(router, "/files", status=201, sends={kind: {"schema": _BYTES} for kind in uploads.MEDIA_TYPES})
def upload_file(call: Call, file_name: Name) -> Kept:
    """上传: one file of at most 20 MB (PDF, JPEG, PNG, OFD) as the body

    It is judged by its bytes, whatever it is called. The same bytes are the same file."""
    length = call.request.META.get("CONTENT_LENGTH") or ""
    if length.isdigit() and len(length) < 20 and int(length) > settings.UPLOAD_LIMIT:
        raise problems.too_big()
    if call.request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() not in uploads.MEDIA_TYPES:
        raise problems.media_type("、".join(uploads.MEDIA_TYPES))
    try:
        kept = files.put(call.request, unquote(file_name)[:200])
    except Refused as refused:
        if refused.code == "upload.too_big":
            raise problems.too_big() from None
        raise
    return Kept(taken.handle(call, kept.digest), kept.digest, kept.size, kept.media_type, kept.pages, kept.name)


@read(router, "/cases/{number}/files/{digest}", streams="application/octet-stream")
def show_file(call: Call, number: Number, digest: Digest, reason: Reason) -> HttpResponseBase:
    """查看文件: a scan that a case holds, with a reason

    The look is written down and the person sees it."""
    found = access.scan(call.actor, number, digest, reason=reason, at=call.at)
    return _attached(files.get(found), "application/octet-stream", f"{number}-{digest[:12]}")


@read(router, "/cases/{number}/prints/{kind}", streams="application/pdf")
def print_paper(call: Call, number: Number, kind: Kind) -> HttpResponseBase:
    """文书: a printed paper of a case (PDF/A with QR): receipt, notices, decision

    The names on it are opened for printing, which is written down as a look."""
    made = printout.of_case(call.actor, number, kind, at=call.at)  # type: ignore[arg-type]
    data = render.pdf(made, at=int(call.at.timestamp()))
    return _attached(iter((data,)), "application/pdf", f"{number}-{kind}.pdf")


def _attached(pieces: Iterator[bytes], media_type: str, name: str) -> HttpResponseBase:
    answer = StreamingHttpResponse(pieces, content_type=media_type)
    # Never shown as part of a page of ours, whatever it contains.
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
