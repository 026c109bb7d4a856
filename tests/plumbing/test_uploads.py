"""What may be brought in: honest papers of four kinds pass, everything else is refused by its bytes, with a reason."""

import contextlib
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests import cost
from tests.plumbing import papers
from tongban.domain.refusals import Refused
from tongban.plumbing import uploads


def refused(data: bytes, name: str = "") -> Refused:
    with pytest.raises(Refused) as caught:
        uploads.look(data, name)
    assert caught.value.text.zh and caught.value.text.en and caught.value.pointer == "/file"
    return caught.value


def code(data: bytes, name: str = "") -> str:
    return refused(data, name).code.removeprefix("upload.")


@pytest.mark.parametrize(
    ("data", "name", "media_type", "pages"),
    [
        (papers.pdf(3), "户口簿.pdf", "application/pdf", 3),
        (papers.pdf(1), "没有结尾的名字", "application/pdf", 1),
        (papers.jpeg(), "正面.JPG", "image/jpeg", 1),
        (papers.jpeg(progressive=True), "a.jpeg", "image/jpeg", 1),
        (papers.png(), "scan.png", "image/png", 1),
        (papers.png(mode="1"), "", "image/png", 1),
        (papers.png(mode="P"), "身份证.正面", "image/png", 1),
        (papers.png(mode="RGBA"), "", "image/png", 1),
        (papers.png(mode="I;16"), "", "image/png", 1),
        (papers.ofd(), "发票.ofd", "application/ofd", 2),
    ],
)
def test_honest_papers_pass(data, name, media_type, pages):
    looked = uploads.look(data, name)
    assert (looked.media_type, looked.pages) == (media_type, pages)


def test_documents_are_kept_byte_for_byte_because_they_may_be_signed():
    for data in (papers.pdf(), papers.ofd()):
        assert uploads.look(data).data == data


def test_object_streams_are_counted_and_pass_when_harmless():
    data = papers.object_stream(b"5 0 << /Type /Page >> << /Type /Pages /Count 1 >>")
    assert uploads.look(data).pages == 1


@pytest.mark.parametrize(
    "data",
    [
        papers.pdf_with_script(),
        papers.pdf_that_launches(),
        papers.pdf_raw(b"<< /Type /Catalog /OpenAction << /S /J#61vaScript /JS (x) >> >>"),
        papers.pdf_raw(b"<< /Type /Catalog /OpenAction << /S /#4A#61#76#61#53#63#72#69#70#74 /JS (x) >> >>"),
        papers.pdf_raw(b"<< /AcroForm << /XFA 3 0 R >> >>"),
        papers.pdf_raw(b"<< /Subtype/RichMedia/RichMediaContent 3 0 R >>"),
        papers.pdf_raw(b"% (stream\n", b"<< /S/Launch/F(cmd.exe) >>"),
        papers.object_stream(b"5 0 << /S /JavaScript /JS (app.alert(1)) >>"),
        papers.object_stream(b"5 0 << /S /Java#53cript /JS (app.alert(1)) >>"),
        papers.object_stream(b" " * 3_000_000 + b"5 0 << /S /JavaScript /JS (x) >>"),
        # Not called an object stream, called an image, the dictionary pushed far away: still opened.
        papers.object_stream(b"5 0 << /S /JavaScript >>", about=b"/N 1 /First 4 /Filter /FlateDecode"),
        papers.object_stream(b"5 0 << /S /JavaScript >>", about=b"/N 1 /F#69rst 4 /Subtype /Image /Filter /FlateDecode"),
        papers.object_stream(
            b"5 0 << /S /JavaScript >>", about=b"/Subtype /Image /N 1 /First 4 /Filter /FlateDecode /X (" + b"p" * 200_000 + b")"
        ),
    ],
    ids=range(13),
)  # fmt: skip
def test_a_pdf_that_runs_something_is_refused(data):
    assert code(data, "a.pdf") == "active"


def test_a_name_across_the_seam_of_two_pieces_is_seen():
    for offset in range(995_000, 1_000_020, 1):
        if offset % 1000 > 980 or offset > 999_980:
            data = papers.object_stream(b" " * offset + b"/JavaScript (x)")
            assert code(data) == "active"


@pytest.mark.parametrize(
    "about",
    [
        b"/Type /ObjStm /N 1 /First 4 /Filter [/ASCII85Decode /FlateDecode]",
        b"/Type /ObjStm /N 1 /First 4 /Filter /LZWDecode",
        b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 4 >>",
    ],
)
def test_an_object_stream_that_cannot_be_checked_is_refused(about):
    body = b"5 0 << /Type /Page >>"
    packed = b"Predictor" in about
    data = papers.pdf_raw(b"<< /Type /Catalog >>", papers.stream(about, body, packed=packed))
    assert code(data) == "damaged"


def test_a_locked_pdf_is_refused_with_what_to_do():
    assert refused(papers.pdf_locked()).code == "upload.locked"
    assert "打印" in refused(papers.pdf_locked()).text.zh


def test_a_pdf_that_swells_is_refused_quickly():
    bomb = papers.stream(b"/Filter /FlateDecode", b"\0" * 60_000_000)
    with cost.at_most(20):
        assert code(papers.pdf_raw(bomb, bomb, bomb)) == "bomb"


def empty_blocks() -> bytes:
    """Streams that begin inside each other and then run on and on without giving a byte."""
    box = zlib.compressobj()
    endless = box.compress(b"x") + b"".join(box.flush(zlib.Z_FULL_FLUSH) for _ in range(1))
    start = b"stream\n" + endless[:2]
    block = b"\0" + (14 * 4000).to_bytes(2, "little") + (0xFFFF - 14 * 4000).to_bytes(2, "little")
    return papers.pdf_raw((start + block) * 4000 + b"\0\0\0\xff\xff" * 1_000_000)


@pytest.mark.parametrize(
    "data",
    [
        papers.pdf_raw(b"stream\n" * 2_500_000),
        papers.pdf_raw(b"/a#41#" * 3_000_000),
        papers.pdf_raw(b"/Type" + b" " * 18_000_000),
        papers.pdf_raw((b"/Subtype" + b" " * 1000) * 18_000),
        papers.pdf_raw(b"stream" + b" " * 18_000_000),
        empty_blocks(),
    ],
    ids=["streams", "escapes", "spaces", "many spaces", "a stream far away", "empty blocks"],
)
def test_no_pdf_takes_long_to_look_at(data):
    with cost.at_most(20), contextlib.suppress(Refused):
        uploads.look(data)


@pytest.mark.parametrize("cut", [10, 200, 0.5, 0.9])
def test_cut_papers_are_refused(cut):
    for data in (papers.pdf(), papers.jpeg(), papers.png(), papers.ofd()):
        at = int(len(data) * cut) if isinstance(cut, float) else min(cut, len(data) - 20)
        assert code(data[:at]) in ("damaged", "kind", "two_kinds")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"MZ\x90\0" + b"\0" * 500, "程序"),
        (b"\x7fELF" + b"\0" * 500, "程序"),
        (b"GIF89a" + b"\0" * 500, "图片"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "图片"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 50, "HEIC"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 50, "视频"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office"),
        (papers.zipped({"word/document.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}), "Office"),
        (b"<html><script>alert(1)</script></html>", "无法识别"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "无法识别"),
        (b" %PDF-1.4", "无法识别"),
        (b"\0", "无法识别"),
    ],
)
def test_other_kinds_are_refused_by_name(data, says):
    error = refused(data)
    assert error.code == "upload.kind" and says in error.text.zh and error.advice


def test_an_empty_file_is_refused():
    assert code(b"") == "empty"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (papers.jpeg(), "invoice.pdf"),
        (papers.pdf(), "photo.jpg"),
        (papers.png(), "photo.jpg"),
        (papers.pdf(), "setup.exe"),
        (papers.jpeg(), "page.html"),
        (papers.jpeg(), "photo\u202egpj.exe"),
        (papers.ofd(), "a.zip"),
    ],
)
def test_a_file_that_calls_itself_something_else_is_refused(data, name):
    assert code(data, name) == "disguised"


@pytest.mark.parametrize(
    "data",
    [
        papers.pdf() + papers.zipped({"run.js": b"x"}),
        papers.pdf() + b"<script>alert(1)</script>",
        papers.pdf() + b"MZ" + b"\x01" * 2000,
        papers.jpeg() + papers.zipped({"run.js": b"x"}),
        papers.jpeg() + papers.pdf(),
        papers.jpeg(comment=b"%PDF-1.4 1 0 obj"),
        papers.jpeg(comment=b"<?php system($_GET[0]); ?>"),
        papers.png() + papers.zipped({"run.js": b"x"}),
        papers.png() + b"<html>",
        papers.png_of(1, 1, b"\0\0", papers.chunk(b"tEXt", b"x\0<script>alert(1)</script>")),
        papers.ofd() + b"%PDF-1.4",
    ],
    ids=range(11),
)
def test_two_kinds_in_one_file_are_refused(data):
    assert code(data) == "two_kinds"


def test_the_pixels_stay_and_the_photographer_goes():
    photo = papers.jpeg_of_a_phone()
    assert b"PhoneMaker" in photo and b"taken at home" in photo
    kept = uploads.look(photo).data
    assert b"PhoneMaker" not in kept and b"taken at home" not in kept
    before, after = Image.open(io.BytesIO(photo)), Image.open(io.BytesIO(kept))
    assert after.getexif()[0x0112] == 6 and not after.getexif().get_ifd(0x8825)
    assert before.tobytes() == after.tobytes()
    # Coded data is the same to the byte, so nothing was lost by coding it anew.
    assert photo[photo.index(b"\xff\xda") :] == kept[kept.index(b"\xff\xda") :]
    assert uploads.look(kept).data == kept


def test_what_follows_a_picture_is_cut():
    moving = papers.jpeg() + b"MotionPhoto_Data" + b"\0\0\0\x18ftypmp42" + b"\1" * 5000
    assert uploads.look(moving).data == uploads.look(papers.jpeg()).data


def test_texts_of_a_png_go():
    text = papers.chunk(b"tEXt", b"Author\0somebody")
    data = papers.png_of(2, 1, b"\0ab", text)
    assert b"somebody" not in uploads.look(data).data
    assert Image.open(io.BytesIO(uploads.look(data).data)).tobytes() == b"ab"


@pytest.mark.parametrize(
    "data",
    [
        papers.png_of(20_000, 20_000, b"\0"),
        papers.png_of(40_000, 2, b"\0" * 40_001 * 2),
        papers.png_of(2, 2, b"\0" * 30_000_000),
        papers.jpeg((64, 64)).replace(b"\x00\x40\x00\x40\x03\x01", b"\xff\x00\xff\x00\x03\x01"),
    ],
    ids=["declared", "one side", "more data than pixels", "jpeg"],
)
def test_pictures_that_swell_are_refused(data):
    with cost.at_most(10):
        assert code(data) == "bomb"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff" * 19_000_000,
        b"\xff\xd8\xff" + b"\xe1\0\x02\xff" * 4_500_000,
        papers.jpeg()[:-2] + b"\xff\0" * 9_000_000 + b"\xff\xd9",
        papers.jpeg()[:-2] + b"\xff\xd0" * 9_000_000 + b"\xff\xd9",
        papers.png_of(1, 1, b"\0\0", papers.chunk(b"tEXt", b"") * 1_500_000),
    ],
    ids=["fill", "segments", "stuffing", "restarts", "chunks"],
)
def test_no_picture_takes_long_to_look_at(data):
    with cost.at_most(10), contextlib.suppress(Refused):
        uploads.look(data)


def test_a_jpeg_of_thousands_of_scans_is_refused():
    data = papers.jpeg(progressive=True)
    first = data.index(b"\xff\xda")
    scan = data[first : data.index(b"\xff\xda", first + 2)]
    assert code(data[:first] + scan * 5000 + data[first:]) == "damaged"


def test_wrong_pictures_are_refused():
    good = papers.png()
    flipped = bytearray(good)
    flipped[-20] ^= 1
    assert code(bytes(flipped)) == "damaged"
    assert code(papers.png_of(4, 4, b"\0" * 3)) == "damaged"
    assert code(b"\xff\xd8\xff\xe0" + b"\xff" * 3000) == "damaged"
    assert code(b"\xff\xd8\xff\xd9") == "damaged"


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ({"Doc_0__run_dot_exe": b"MZ"}, "active"),
        ({"Doc_0__a_dot_js": b"x"}, "active"),
        ({"Doc_0__picture_dot_png": b"MZ\x90" + b"\0" * 99}, "active"),
        ({"Doc_0__x_dot_xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"}, "active"),
        ({".._dot_xml": b"<x/>"}, ""),
        ({"Doc_0__..__..__x_dot_xml": b"<x/>"}, "active"),
        ({"__etc__x_dot_xml": b"<x/>"}, "active"),
        ({"Doc_0__big_dot_xml": b" " * 31_000_000}, "bomb"),
        ({f"Doc_0__{i}_dot_png": b"\0" * 25_000_000 for i in range(9)}, "bomb"),
    ],
    ids=range(9),
)
def test_ofds_that_hold_more_than_pages_are_refused(entries, why):
    data = papers.ofd(**entries)
    if why:
        assert code(data) == why
    else:
        uploads.look(data)


def test_an_ofd_in_name_only_is_refused():
    assert code(papers.zipped({"OFD.xml": b"<x/>"})) == "damaged"


def test_an_ofd_whose_directory_lies_about_sizes_is_refused():
    data = bytearray(papers.ofd(Doc_0__big_dot_xml=b" " * 1_000_000))
    at = data.rindex(b"Doc_0/big.xml") - 46
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert code(bytes(data)) == "damaged"


def test_a_zip_with_an_endless_directory_is_not_read():
    many = papers.zipped({"OFD.xml": papers.OFD_XML} | {f"{i}.xml": b"" for i in range(6_000)})
    assert code(many) == "bomb"
    end = b"PK\x05\x06" + b"\0" * 4 + b"\xff\xff\xff\xff" + (19_000_000).to_bytes(4, "little") + b"\x04\0\0\0\0\0"
    hostile = b"PK\x03\x04" + b"PK\x01\x02" * 4_000_000 + end
    with cost.at_most(2):
        assert code(hostile) == "kind"


@given(st.binary(max_size=300), st.sampled_from(["pdf", "jpeg", "png", "ofd"]), st.integers(0, 5000))
def test_whatever_is_in_the_bytes_the_answer_is_yes_or_refused(noise, kind, at):
    good = {"pdf": papers.pdf(1), "jpeg": papers.jpeg((8, 8)), "png": papers.png((8, 8)), "ofd": papers.ofd()}[kind]
    at %= len(good)
    for data in (good[:at] + noise, good[:at] + noise + good[at:], good[:at] + noise + good[at + len(noise) :], noise):
        try:
            assert uploads.look(data).media_type in uploads.MEDIA_TYPES
        except Refused as error:
            assert error.code.startswith("upload.")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\户口簿.pdf", "户口簿.pdf"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\0b\r\nc.pdf", "abc.pdf"),
        ("..", "未命名"),
        ("", "未命名"),
        ("𠮷野·阿卜杜拉.jpg", "𠮷野·阿卜杜拉.jpg"),
        ("长" * 300 + ".pdf", "长" * 115 + "….pdf"),
        ("长" * 300, "长" * 119 + "…"),
    ],
)
def test_names_are_for_showing_only(name, shown):
    assert uploads.display_name(name) == shown


@given(st.text(max_size=400))
def test_no_name_is_ever_a_path(name):
    shown = uploads.display_name(name)
    assert 0 < len(shown) <= 120 and not set(shown) & set("/\\\0\r\n") and shown not in (".", "..")
    assert uploads.display_name(shown) == shown
