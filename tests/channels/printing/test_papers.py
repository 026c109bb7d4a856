"""Printed papers: what a resident reads on them, in a real PDF, whatever stands in a name."""

import io
import re

import msgspec
import pytest
from PIL import Image
from pypdf import PdfReader

from tests.conftest import AT
from tests.flows.people import PUTUO, YANGPU, staff, with_mandate
from tests.flows.test_receive import jinglaoka
from tongban.channels.shared.printing import fonts, render
from tongban.domain.facts import Point
from tongban.domain.refusals import NotFound, Refused
from tongban.domain.text import Text
from tongban.flows import deliver, handle, receive
from tongban.reads import paper as papers
from tongban.reads import printout
from tongban.reads.paper import Paper, Row, Table

HOSTILE = '#panic("x") \\ $x$ *b* `c` <l> @r // 名'


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def paper(value: str) -> Paper:
    return Paper(
        "receipt",
        "中心",
        "2026-09-01",
        "3101070152611180000022",
        "44K7CU",
        "http://x/p",
        rows=(Row(Text("申请人"), value),),
    )


@pytest.mark.parametrize("kind", list(papers.TITLES))
def test_every_kind_of_paper_is_a_tagged_pdf_a(kind: str) -> None:
    pdf = render.pdf(Paper(kind, "中心", "2026-09-01", "3101070152611180000022"), at=0)  # type: ignore[arg-type]
    assert papers.TITLES[kind].zh in text_of(pdf)  # type: ignore[index]
    found = PdfReader(io.BytesIO(pdf))
    assert b"pdfaid:part" in found.root_object["/Metadata"].get_data()
    assert found.root_object["/MarkInfo"]["/Marked"]


def test_hostile_text_is_printed_as_it_is() -> None:
    read = text_of(render.pdf(paper(HOSTILE), at=0)).replace("\n", "")
    for piece in ('#panic("x")', "$x$", "*b*", "`c`", "<l>", "@r"):
        assert piece in read


@pytest.mark.parametrize("char", ["𬱖", "㛃", "䶮", "𠮷", "𰻝", "·"])
def test_rare_characters_are_printed(char: str) -> None:
    assert char in text_of(render.pdf(paper(f"王{char}"), at=0))


def test_a_character_without_a_glyph_is_named_never_lost() -> None:
    without = next(c for c in map(chr, range(0x323AF, 0x31350, -1)) if ord(c) not in fonts.covered())
    assert f"U+{ord(without):04X}" in text_of(render.pdf(paper(f"王{without}"), at=0))


def test_a_character_without_a_glyph_is_explained_and_others_need_no_note() -> None:
    note = render.NO_GLYPH[-8:]
    assert note in text_of(render.pdf(paper("王\U000323a0"), at=0)).replace("\n", "")
    assert note not in text_of(render.pdf(paper("王𬱖"), at=0)).replace("\n", "")


@pytest.mark.parametrize("value", ["a\x00b\x07", "\u202eabc", "\ue000", "\ufdd0", "\u2028", "👩‍👩‍👧", "葛\U000e0100"])
def test_characters_that_are_none_do_not_stop_the_printer(value: str) -> None:
    assert "申请人" in text_of(render.pdf(paper(value), at=0))


@pytest.mark.parametrize("value", ["长" * 100, "Ab" * 50, "买提·" * 33, "ǅ" * 60, HOSTILE * 3])
def test_a_long_name_stays_on_the_page(value: str) -> None:
    read = text_of(render.pdf(paper(value), at=0)).replace("\n", "")
    assert read.count(value[0]) >= value.count(value[0]) or read.count(f"U+{ord(value[0]):04X}") == len(value)
    assert "\u200b" not in read
    wide = Table(Text("表"), (Text("甲"), Text("乙"), Text("丙")), ((value, value, "短"), ("短", value, value)))
    for page in render.png(msgspec.structs.replace(paper(value), tables=(wide,)), ppi=72):
        picture = Image.open(io.BytesIO(page)).convert("L")
        margin = 40  # points; the margins of the layout are 20 mm, about 57
        for box in (
            (0, 0, margin, picture.height),
            (picture.width - margin, 0, picture.width, picture.height),
        ):
            assert picture.crop(box).getextrema() == (255, 255)


def test_no_cell_runs_into_the_next() -> None:
    rows = tuple(("X" * 90, "y" * 60, "z" * 40) for _ in range(2))
    read = text_of(
        render.pdf(msgspec.structs.replace(paper("名"), tables=(Table(Text("表"), (Text("甲"),) * 3, rows),)), at=0)
    )
    assert max(map(len, re.findall("X+", read))) < 40


def test_every_page_of_a_long_paper_says_whose_it_is() -> None:
    rows = tuple((f"第{n}份材料", "纸质") for n in range(60))
    long = msgspec.structs.replace(paper("名"), tables=(Table(Text("材料"), (Text("材料"), Text("方式")), rows),))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(render.pdf(long, at=0))).pages]
    assert len(pages) > 1
    for n, page in enumerate(pages, 1):
        assert long.number in page and f"{n} / {len(pages)}" in page and "材料" in page
    whole = "".join(pages).replace(" ", "")
    assert all(f"第{n}份材料" in whole for n in range(60))


def test_the_font_has_what_names_are_written_with() -> None:
    """The basic block but for 16 additions of 2014 to 2020, extension A but for 10; more where Hanazono is installed."""
    known = fonts.covered()
    assert all(c in known for c in range(0x4E00, 0x9FA6))
    assert sum(c in known for c in range(0x9FA6, 0xA000)) >= 74
    assert sum(c in known for c in range(0x3400, 0x4DC0)) >= 6582
    assert fonts.fonts_missing() == []


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert render.pdf(paper("名"), at=7) == render.pdf(paper("名"), at=7)


def test_a_verify_code_is_of_one_paper_only() -> None:
    code = papers.verify_code("receipt", "N", 2)
    assert papers.genuine("receipt", "N", 2, code)
    assert not papers.genuine("decision", "N", 2, code)
    assert not papers.genuine("receipt", "N", 3, code)


@pytest.mark.django_db
@pytest.mark.usefixtures("shanghai")
def test_papers_of_a_case_follow_its_facts() -> None:
    clerk = staff(PUTUO)
    receipt = receive.receive(clerk, jinglaoka(with_mandate(clerk, AT).visit), at=AT, key="k")
    with pytest.raises(Refused):
        printout.of_case(clerk, receipt.number, "decision", at=AT)
    with pytest.raises(NotFound):
        printout.of_case(staff(YANGPU), receipt.number, "receipt", at=AT)
    read = text_of(render.pdf(printout.of_case(clerk, receipt.number, "receipt", at=AT), at=0))
    for said in ("收件凭证", "沈桂芳", "沈建国", "敬老卡申领", receipt.query_code, "居民身份证"):
        assert said in read
    handle.ask_correction(clerk, receipt.number, (Point("field", "phone", "wrong"),), "号码打不通", at=AT)
    read = text_of(render.pdf(printout.of_case(clerk, receipt.number, "correction", at=AT), at=0))
    for said in ("手机", "内容有误", "号码打不通"):
        assert said in read
    handle.receive_correction(clerk, receipt.number, {"phone": "13900139000"}, (), at=AT)
    handle.decide(clerk, receipt.number, True, at=AT)
    deliver.deliver(clerk, receipt.number, "counter", "agent", at=AT)
    assert {"receipt", "acceptance", "correction", "decision", "delivery", "progress"} <= set(
        printout.kinds_of(clerk, receipt.number)
    )
    open_to_all = text_of(render.pdf(printout.progress_of(receipt.number, receipt.query_code, at=AT), at=0))
    assert "沈桂芳" not in open_to_all and "送达" in open_to_all
