"""Printed papers: what a resident reads on them, in a real PDF, whatever stands in a name."""

import io

import pytest
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
from tongban.reads.paper import Paper, Row

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


def test_a_long_name_stays_on_the_page() -> None:
    assert text_of(render.pdf(paper("长" * 100), at=0)).replace("\n", "").count("长") == 100


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
