"""Makes papers for tests: honest ones and dishonest ones of every kind."""

import io
import struct
import zipfile
import zlib

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def pdf(pages: int = 2) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    return _written(writer)


def pdf_with_script() -> bytes:
    return _with_action({"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('hello')")})


def pdf_that_launches() -> bytes:
    return _with_action({"/S": NameObject("/Launch"), "/F": TextStringObject("cmd.exe")})


def _with_action(action: dict[str, NameObject | TextStringObject]) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject({NameObject(k): v for k, v in action.items()})
    return _written(writer)


def pdf_locked() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("secret", algorithm="RC4-128")
    return _written(writer)


def pdf_raw(*objects: bytes) -> bytes:
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (i, o) for i, o in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def stream(about: bytes, plain: bytes, *, packed: bool = True) -> bytes:
    data = zlib.compress(plain, 9) if packed else plain
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (about, len(data), data)


def object_stream(plain: bytes, *, about: bytes = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode") -> bytes:
    return pdf_raw(b"<< /Type /Catalog >>", stream(about, plain))


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def jpeg(size: tuple[int, int] = (320, 200), **options) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, "JPEG", **options)
    return out.getvalue()


def jpeg_of_a_phone() -> bytes:
    """A photo that says where it was taken, with what, and that it is to be turned."""
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif[0x0112] = 6
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (31.0, 14.0, 1.0), "E", (121.0, 28.0, 1.0)
    return jpeg(exif=exif, comment=b"taken at home")


def png(size: tuple[int, int] = (64, 48), mode: str = "RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, "PNG", **options)
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, rows: bytes, *extra: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", header), *extra, chunk(b"IDAT", zlib.compress(rows, 9)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in entries.items():
            box.writestr(name, content)
    return out.getvalue()


OFD_XML = b'<?xml version="1.0"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.1"></ofd:OFD>'
DOCUMENT = b'<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Page ID="1"/><ofd:Page ID="2"/></ofd:Document>'


def ofd(**more: bytes) -> bytes:
    entries = {"OFD.xml": OFD_XML, "Doc_0/Document.xml": DOCUMENT}
    return zipped(entries | {name.replace("__", "/").replace("_dot_", "."): body for name, body in more.items()})
