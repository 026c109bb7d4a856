"""From a Paper to PDF/A-2a bytes, tagged for screen readers (PDF/UA-1). Typst keeps its fonts and template in the process, so a
paper costs fifteen milliseconds or some more (half a second the first time); a lock keeps one compiler from two threads."""

import functools
import io
import threading
from pathlib import Path
from typing import Any

import msgspec
import segno
import typst

from tongban.channels.shared.language import set_right
from tongban.channels.shared.printing import fonts
from tongban.reads.paper import TITLES, Paper

STANDARDS = ["a-2a", "ua-1"]
NO_GLYPH = "文中〔U+…〕处的字，打印字库中没有字形，括号内是它的国际编码；以证件上的字为准。"
_lock = threading.Lock()


@functools.cache
def _compiler() -> Any:
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=fonts.folders())
    return typst.Compiler(_source(), font_paths=found)


@functools.cache
def _source() -> bytes:
    return (Path(__file__).parent / "paper.typ").read_bytes()


def _data(paper: Paper) -> str:
    value = msgspec.to_builtins(paper)
    value["title"] = msgspec.to_builtins(TITLES[paper.kind])
    value["fonts"] = [fonts.MAIN, *fonts.RARE] if len(fonts.folders()) > 1 else [fonts.MAIN]
    # Spaced by meaning (center, day, sequence and check) so that it can be read out on the telephone.
    n = paper.number
    value["number_spaced"] = f"{n[:9]} {n[9:15]} {n[15:]}" if len(n) >= 22 else n
    value["qr"] = _qr(paper.link) if paper.link else None
    for table in value["tables"]:
        table["widths"] = _widths(table)
    value = _printable(value)
    value["mono"] = fonts.MONO
    if _spelled_out(value):
        value["notes"] = [*value["notes"], NO_GLYPH]
    return msgspec.json.encode(value).decode()


def _spelled_out(value: Any) -> bool:
    if isinstance(value, str):
        return "〔U+" in value
    return any(
        map(_spelled_out, value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
    )


def _widths(table: dict[str, Any]) -> list[float]:
    """Column weights by the longest text, within reason, so that no column starves."""
    columns = zip(*([[h["zh"] for h in table["heads"]], *table["rows"]]), strict=True)
    return [min(30.0, max(5.0, float(max(len(c) for c in column)))) for column in columns]


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return fonts.printable(set_right(value))
    if isinstance(value, dict):
        return {k: _printable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(v) for v in value]
    return value


def _qr(link: str) -> str:
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="svg", border=1, xmldecl=False, svgns=True)
    return out.getvalue().decode()


def pdf(paper: Paper, *, at: int) -> bytes:
    """The PDF of a paper. ``at``: Unix seconds put into the file, so that the same paper gives the same bytes."""
    with _lock:
        return bytes(
            _compiler().compile(
                input=_source(), format="pdf", pdf_standards=STANDARDS, sys_inputs={"data": _data(paper)}, timestamp=at
            )
        )


def png(paper: Paper, *, ppi: float = 96.0) -> list[bytes]:
    """The pages as pictures (tests and previews)."""
    with _lock:
        pages = _compiler().compile(input=_source(), format="png", ppi=ppi, sys_inputs={"data": _data(paper)})
    return [bytes(p) for p in pages] if isinstance(pages, list) else [bytes(pages)]
