"""What may be brought in as a paper, judged by its bytes and never by its name: PDF, JPEG, PNG and OFD. A file that is
two kinds at once, calls itself another kind, runs something, or swells when opened is refused with what to do instead."""

import os
import re
import unicodedata

import msgspec

from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.plumbing.uploads import ofd, pdf, picture

MEDIA_TYPES = ("application/pdf", "image/jpeg", "image/png", "application/ofd")

_TAKEN = {
    "pdf": "application/pdf",
    "png": "image/png",
    "ofd": "application/ofd",
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif"), "image/jpeg"),
}
# Endings of kinds that are never taken. An ending not in either list says nothing ("身份证.正面") and is no reason.
_NOT_TAKEN = frozenset(
    """exe dll com bat cmd msi scr ps1 vbs js mjs jar sh py php htm html xhtml svg xml hta lnk apk zip rar 7z gz tar iso
    doc docx docm xls xlsx xlsm ppt pptx rtf odt wps et txt csv eml heic heif avif gif bmp tif tiff webp ico mp4 mov mp3
    avi swf psd ai eps""".split()  # noqa: SIM905
)

# What it looks like instead, to be able to say so: (offset, bytes), what it is called, what to do.
_PHONE = Text(
    "请在手机“设置-相机-格式”中选“兼容性最佳”后重拍,或截屏后上传",
    "On the phone choose the most compatible photo format, or upload a screenshot",
)
_PRINT = Text("请用“打印-另存为 PDF”转成 PDF 后再上传", "Print it to PDF and upload the PDF")
_AGAIN = Text("请上传 PDF、JPG、PNG 或 OFD 文件", "Upload a PDF, JPG, PNG or OFD file")
_OTHERS: tuple[tuple[int, tuple[bytes, ...], str, Text], ...] = (
    (4, (b"ftyphe", b"ftypmif1", b"ftypmsf1", b"ftypavif"), "HEIC 照片", _PHONE),
    (4, (b"ftyp",), "视频", _AGAIN),
    (0, (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF"), "另一种格式的图片", _AGAIN),
    (0, (b"\xd0\xcf\x11\xe0", b"{\\rtf"), "Office 文档", _PRINT),
    (0, (b"MZ", b"\x7fELF", b"#!"), "程序", _AGAIN),
    (0, (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b"), "压缩包", _AGAIN),
)


class Looked(msgspec.Struct, frozen=True):
    """What was found. ``data`` is what is kept: of a picture, the same pixels without the data about the photographer.

    ``pages`` is 0 where the kind has none or they cannot be counted without trusting the file.
    """

    media_type: str
    data: bytes
    pages: int = 0


def look(data: bytes, name: str = "") -> Looked:
    """Judge uploaded bytes; ``name`` is what the user calls them.

    Raises Refused ``upload.*``: empty, kind, disguised, two_kinds, active, locked, bomb, damaged.
    """
    if not data:
        raise Refused(
            "upload.empty", "文件是空的,请重新选择文件", "The file is empty; choose it again", pointer="/file"
        )
    kind = _kind(data)
    _same_as_named(kind, name)
    if kind == "application/ofd":
        return Looked(kind, data, ofd.look(data))
    if ofd.reads_as_zip(data):
        raise Refused(
            "upload.two_kinds",
            f"文件里藏有压缩包,不能收取;{_AGAIN.zh}",
            f"An archive is hidden in the file. {_AGAIN.en}",
            pointer="/file",
            advice=_AGAIN,
        )
    if kind == "application/pdf":
        return Looked(kind, data, pdf.look(data))
    return Looked(kind, picture.look(data, kind), 1)


def _kind(data: bytes) -> str:
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"PK\x03\x04"):
        if ofd.is_ofd(data):
            return "application/ofd"
        found, advice = "压缩包或 Office 文档", _PRINT
    else:
        found, advice = next(
            ((name, advice) for at, marks, name, advice in _OTHERS if data.startswith(marks, at)),
            ("无法识别的文件", _AGAIN),
        )
    raise Refused(
        "upload.kind",
        f"这是{found},不能作为材料收取;{advice.zh}",
        "This kind of file is not taken. " + advice.en,
        pointer="/file",
        advice=advice,
    )


def _same_as_named(kind: str, name: str) -> None:
    ending = os.path.splitext(display_name(name))[1][1:].lower()
    if ending in _NOT_TAKEN or _TAKEN.get(ending, kind) != kind:
        raise Refused(
            "upload.disguised",
            f"文件名以“.{ending}”结尾,内容却是另一种文件;请从原来的程序重新保存后再上传",
            f"The name ends in .{ending} but the content is another kind; save it again from its program",
            pointer="/file",
            advice=_AGAIN,
            kind=kind,
        )


_SHOWN = 120


def display_name(name: str) -> str:
    """A user's file name, fit to be shown and never used as a path: no folders, no control or direction-changing
    characters (a name written right to left can hide its ending), at most 120 characters with the ending kept."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn")).strip(
        " ."
    )
    if len(name) > _SHOWN:
        stem, ending = os.path.splitext(name)
        name = stem[: _SHOWN - len(ending) - 1] + "…" + ending if len(ending) <= 10 else name[: _SHOWN - 1] + "…"
    return name or "未命名"
