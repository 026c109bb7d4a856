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
# A script must be named /JavaScript (or hang on a /Rendition); /Launch starts programs; XFA and RichMedia carry scripts.
_ACTIVE = re.compile(rb"/(JavaScript|Launch|Rendition|RichMedia|XFA|ImportData)(?![A-Za-z0-9_.-])")
_ENCRYPT = re.compile(rb"/Encrypt(?![A-Za-z0-9_.-])")
_ESCAPED = re.compile(rb"/[^\s/<>\[\](){}%]{0,127}#[0-9A-Fa-f]{2}[^\s/<>\[\](){}%]{0,127}")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream[ \t\0\f]*(?:\r\n|\n|\r)")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_OBJECTS = re.compile(rb"/(First|ObjStm)(?![A-Za-z0-9_.-])")
_PREDICTED = re.compile(rb"/Predictor\s+(?!1\s*[/>])")
_IMAGE = re.compile(rb"/Subtype\s*/Image(?![A-Za-z0-9_.-])")


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
    left, seen = BUDGET, 0
    for match in _STREAM.finditer(data):
        # Everything since the last stream began is taken for this one's dictionary: more than needed, never less.
        about = _plain(data[seen : match.start()])
        seen = match.end()
        holds_objects = _OBJECTS.search(about) is not None
        if _IMAGE.search(about) and not holds_objects:
            continue
        stream = _Stream(data, match.end(), left)
        pages += stream.pages
        left -= stream.size
        if left <= 0:
            raise _refused("bomb", "PDF 解开后过大,请重新扫描成较小的文件", "The PDF swells too much when opened")
        if holds_objects and b"/Filter" in about and (not stream.whole or _PREDICTED.search(about)):
            raise _refused("damaged", "PDF 中有无法检查的部分,请重新保存", "Parts of the PDF cannot be checked")
    return pages


def _names(data: bytes) -> int:
    plain = _plain(data)
    if _ACTIVE.search(plain):
        raise _refused(
            "active",
            "PDF 中带有会自动运行的内容(脚本或程序),不能收取",
            "The PDF carries something that runs (a script or a program)",
        )
    if _ENCRYPT.search(plain):
        raise _refused("locked", "PDF 设有密码或加密,窗口无法查看", "The PDF is locked with a password or encrypted")
    return len(_PAGE.findall(plain))


def _plain(data: bytes) -> bytes:
    """Undo the hex escapes of names (/J#61vaScript is /JavaScript), only where there are any."""
    if b"#" not in data:
        return data
    return _ESCAPED.sub(lambda name: _HEX.sub(lambda code: bytes([int(code[1], 16)]), name[0]), data)


_LONGEST = 512


class _Stream:
    """One Flate stream, opened piece by piece so that a swelling one never stands in memory whole."""

    def __init__(self, data: bytes, start: int, budget: int) -> None:
        self.size = self.pages = 0
        self.whole = False
        box, carried = zlib.decompressobj(), b""
        try:
            for at in range(start, len(data), 65_536):
                feed = data[at : at + 65_536]
                while feed and self.size < budget and not box.eof:
                    piece = box.decompress(feed, 1_000_000)
                    feed = box.unconsumed_tail
                    self.size += len(piece)
                    # The end of the last piece comes along: a name may lie across the seam.
                    self.pages += _names(carried + piece) - (_names(carried) if carried else 0)
                    carried = piece[-_LONGEST:]
                if box.eof or self.size >= budget:
                    break
        except zlib.error:
            return
        self.whole = box.eof


def _refused(code: str, zh: str, en: str) -> Refused:
    return Refused(f"upload.{code}", f"{zh};{_ADVICE.zh}", f"{en}. {_ADVICE.en}", pointer="/file", advice=_ADVICE)
