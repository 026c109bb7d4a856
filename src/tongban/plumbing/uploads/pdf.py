"""Looks through a PDF for what runs when it is opened. The file is not interpreted, it is read as bytes from end to end
with every compressed stream opened inside a budget, so nothing can hide by confusing a parser."""

import re
import zlib

from tongban.domain.refusals import Refused
from tongban.domain.text import Text

BUDGET = 128_000_000
"""Bytes all streams of one PDF may swell to; thirty pages with embedded Chinese fonts need about half of it."""

_ADVICE = Text(
    "请用“打印-另存为 PDF”重新保存,或打印后拍照上传", "Print it to a new PDF, or print it and upload a photo"
)


def _spelled(*words: str) -> str:
    """A pattern for these words, each letter plain or as its hex code (J#61vaScript is JavaScript)."""
    return "|".join("".join(f"(?:{c}|#{ord(c):02x}|#{ord(c):02X})" for c in word) for word in words)


_END = "(?![A-Za-z0-9_.#-])"


def _name(*words: str) -> bytes:
    return f"/(?:{_spelled(*words)}){_END}".encode()


# A script must be named /JavaScript (or hang on a /Rendition); /Launch starts programs; XFA and RichMedia carry scripts.
# The slash stands first and alone: the regex engine then skips what is between slashes at memory speed.
_RUNS = _spelled("JavaScript", "Launch", "Rendition", "RichMedia", "XFA", "ImportData")
_BAD = re.compile(f"/(?:({_RUNS})|{_spelled('Encrypt')}){_END}".encode())
_STREAM = re.compile(rb"(?<!end)stream[ \t\0\f]*+(?:\r\n|\n|\r)")
_PAGE = re.compile(rb"/Type\s*+/Page(?![A-Za-z])")
_OBJECTS = re.compile(_name("First", "ObjStm"))
_FILTER = re.compile(_name("Filter"))
_PREDICTED = re.compile(_name("Predictor") + rb"\s*+(?!1\s*+[/>])")
_IMAGE = re.compile(_name("Subtype") + rb"\s*+" + _name("Image"))
_MAX_STREAMS = 50_000


def look(data: bytes) -> int:
    """Check a PDF and return the number of page objects in it (0 when none is visible; an edited file may count more).

    Raises Refused: upload.active, upload.locked, upload.bomb, upload.damaged, upload.two_kinds.
    """
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise _refused("damaged", "PDF 不完整(没有结尾),请重新下载或扫描", "The PDF is incomplete")
    tail = data[end + 5 :].strip(b"\r\n\t \0")
    if tail:
        raise _refused("two_kinds", "PDF 后面还接着别的内容,不能收取", "Something else follows the end of the PDF")
    pages = _names(data)
    # Every byte belongs to one stream at most, so honest streams together are never longer than the file.
    left, fed, seen = BUDGET, 3 * len(data) + 4_000_000, 0
    for number, match in enumerate(_STREAM.finditer(data)):
        # Everything since the last stream began is taken for this one's dictionary: more than needed, never less.
        about = data[seen : match.start()]
        seen = match.end()
        holds_objects = _OBJECTS.search(about) is not None
        if _IMAGE.search(about) and not holds_objects:
            continue
        stream = _Stream(data, match.end(), left, fed)
        pages, left, fed = pages + stream.pages, left - stream.size, fed - stream.fed
        if left <= 0 or fed <= 0 or number > _MAX_STREAMS:
            raise _refused("bomb", "PDF 解开后过大,请重新扫描成较小的文件", "The PDF swells too much when opened")
        if holds_objects and _FILTER.search(about) and (not stream.whole or _PREDICTED.search(about)):
            raise _refused("damaged", "PDF 中有无法检查的部分,请重新保存", "Parts of the PDF cannot be checked")
    return pages


def _names(data: bytes) -> int:
    """Refuse what may not be named; return how many pages are."""
    if found := _BAD.search(data):
        if found[1]:
            raise _refused(
                "active",
                "PDF 中带有会自动运行的内容(脚本或程序),不能收取",
                "The PDF carries something that runs (a script or a program)",
            )
        raise _refused("locked", "PDF 设有密码或加密,窗口无法查看", "The PDF is locked with a password or encrypted")
    return len(_PAGE.findall(data))


_LONGEST = 512


class _Stream:
    """One Flate stream, opened piece by piece so that a swelling one never stands in memory whole."""

    def __init__(self, data: bytes, start: int, budget: int, most: int) -> None:
        self.size = self.fed = self.pages = 0
        self.whole = False
        box, carried, at, step = zlib.decompressobj(), b"", start, 1024
        try:
            while not box.eof and self.size < budget and self.fed < most and at < len(data):
                feed = data[at : at + step]
                at, step = at + step, 65_536
                self.fed += len(feed)
                while feed and self.size < budget and not box.eof:
                    piece = box.decompress(feed, 1_000_000)
                    feed = box.unconsumed_tail
                    self.size += len(piece)
                    # The end of the last piece comes along: a name may lie across the seam.
                    self.pages += _names(carried + piece) - (_names(carried) if carried else 0)
                    carried = (carried + piece)[-_LONGEST:]
        except zlib.error:
            return
        self.fed -= len(box.unused_data)
        self.whole = box.eof


def _refused(code: str, zh: str, en: str) -> Refused:
    return Refused(f"upload.{code}", f"{zh};{_ADVICE.zh}", f"{en}. {_ADVICE.en}", pointer="/file", advice=_ADVICE)
