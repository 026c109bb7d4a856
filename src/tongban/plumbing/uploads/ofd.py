"""Looks at an OFD (GB/T 33190), the national page format: a zip that must be only that, hold only what a page needs,
and not swell when opened."""

import io
import re
import zipfile
import zlib

from tongban.domain.refusals import Refused
from tongban.domain.text import Text

MAX_ENTRIES = 5_000
BUDGET = 200_000_000
"""Bytes all entries together may swell to."""
XML_LIMIT = 30_000_000

_NAMESPACE = b"http://www.ofdspec.org/2016"
_ADVICE = Text("请重新下载,或转成 PDF 后上传", "Download it again, or upload it as a PDF")
_ENDINGS = {
    "xml", "esl", "dat", "sig", "asn1", "jpg", "jpeg", "png", "bmp", "tif", "tiff", "gif", "jb2", "jbig2", "ttf", "otf",
    "ttc", "cff", "pdf", "ofd", "xbrl", "txt", "rels", "",
}  # fmt: skip
_PAGE = re.compile(rb"<(?:\w+:)?Page\s")


def is_ofd(data: bytes) -> bool:
    """Whether this zip says it is an OFD: an OFD.xml at its root."""
    return any(name.lower() == "ofd.xml" for name in _directory(data))


def reads_as_zip(data: bytes) -> bool:
    """Whether an unzipper finds an archive in these bytes, wherever it begins."""
    return bool(_directory(data))


def _directory(data: bytes) -> list[str]:
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    # A directory of millions of entries is refused before it is read: reading it is what would hurt.
    if end < 0 or int.from_bytes(data[end + 12 : end + 16], "little") > MAX_ENTRIES * 300:
        return []
    if data[end - 20 : end - 16] == b"PK\x06\x07":
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            return box.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return []


def look(data: bytes) -> int:
    """Check an OFD and return its number of pages (0 when it does not say).

    Raises Refused: upload.damaged, upload.bomb, upload.active, upload.two_kinds.
    """
    # The end record of a zip is its last thing: a tail means that something else was glued on.
    end = data.rfind(b"PK\x05\x06")
    if end < 0 or end + 22 != len(data):
        raise _refused("two_kinds", "OFD 后面还接着别的内容,不能收取", "Something else follows the end of the OFD")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            return _entries(box)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError):
        raise _refused("damaged", "OFD 不完整或已损坏", "The OFD is damaged") from None


def _entries(box: zipfile.ZipFile) -> int:
    entries = box.infolist()
    if len(entries) > MAX_ENTRIES or sum(e.file_size for e in entries) > BUDGET:
        raise _bomb()
    if len({e.filename for e in entries}) != len(entries):
        raise _refused("damaged", "OFD 中有重名的部分", "The OFD has two parts of one name")
    left, pages = BUDGET, 0
    for entry in entries:
        name = entry.filename
        ending = name.rsplit("/", 1)[-1].rpartition(".")[2].lower() if "." in name.rsplit("/", 1)[-1] else ""
        if (
            ending not in _ENDINGS
            or name.startswith("/")
            or ".." in name.split("/")
            or "\\" in name
            or entry.flag_bits & 1
        ):
            raise _refused("active", "OFD 中带有不该有的内容", "The OFD carries what a page does not need")
        head, size, text = b"", 0, []
        with box.open(entry) as part:
            # Read, not believed: the sizes in the directory are only what the file says of itself.
            while piece := part.read(1_000_000):
                size += len(piece)
                if size > (min(left, XML_LIMIT) if ending == "xml" else left):
                    raise _bomb()
                head = head or piece[:8]
                if ending == "xml":
                    text.append(piece)
        left -= size
        if head.startswith((b"MZ", b"\x7fELF", b"#!", b"PK\x03\x04")) and ending != "ofd":
            raise _refused("active", "OFD 中带有程序", "The OFD carries a program")
        if ending == "xml":
            pages += _xml(name, b"".join(text))
    return pages


def _xml(name: str, text: bytes) -> int:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise _refused("active", "OFD 中带有外部引用", "The OFD refers to things outside")
    if name.lower() == "ofd.xml" and _NAMESPACE not in text:
        raise _refused("damaged", "不是符合国家标准的 OFD", "It is not an OFD of the national standard")
    return len(_PAGE.findall(text)) if name.rsplit("/", 1)[-1].lower() == "document.xml" else 0


def _bomb() -> Refused:
    return _refused("bomb", "OFD 解开后过大", "The OFD swells too much when opened")


def _refused(code: str, zh: str, en: str) -> Refused:
    return Refused(f"upload.{code}", f"{zh};{_ADVICE.zh}", f"{en}. {_ADVICE.en}", pointer="/file", advice=_ADVICE)
