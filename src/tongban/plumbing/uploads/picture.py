"""Looks at a JPEG or PNG and keeps only what makes the picture. The pixels stay byte for byte what was handed in; what
goes was never asked for: where the photo was taken, with which phone, thumbnails of the uncut picture, comments, tails.
"""

import io
import re
import struct
import zlib

from PIL import Image, UnidentifiedImageError

from tongban.domain.refusals import Refused
from tongban.domain.text import Text

MAX_PIXELS = 50_000_000
MAX_SIDE = 30_000

_ADVICE = Text("请重新拍照或扫描后上传", "Take the photo or scan again")
# What else a file may be at the same time: a document or archive readers find anywhere near the start or the end.
_SECOND = (
    b"%PDF-",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"<?php",
    b"<script",
    b"<html",
    b"<svg",
    b"Rar!\x1a",
    b"7z\xbc\xaf\x27",
)
_KEPT_PNG = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs", b"IDAT", b"IEND"}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_FILL = re.compile(rb"\xff+")
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]", re.DOTALL)
_MAX_CHUNKS = 100_000
_MAX_SEGMENTS = 10_000
_MAX_SCANS = 64
"""A JPEG of thousands of empty scans takes minutes to draw; cameras and scanners write one, progressive ones about ten."""


def look(data: bytes, kind: str) -> bytes:
    """Check a picture and return what is kept of it.

    Raises Refused: upload.bomb (more than 50 megapixels, or more data than pixels), upload.damaged, upload.two_kinds.
    """
    kept, dropped = _jpeg(data) if kind == "image/jpeg" else _png(data)
    # The tail and the comments are gone from what is kept; a document in them is still a reason not to take the rest.
    _one_kind_only([*dropped, kept[:1100]])
    _draws(kept, kind)
    return kept


def _one_kind_only(dropped: list[bytes]) -> None:
    for part in dropped:
        low = part[:4096].lower() + part[-4096:].lower()
        if any(mark.lower() in low for mark in _SECOND):
            raise Refused(
                "upload.two_kinds",
                f"图片里藏有另一种文件,不能收取;{_ADVICE.zh}",
                f"Another kind of file is hidden in the picture. {_ADVICE.en}",
                pointer="/file",
                advice=_ADVICE,
            )


def _fits(width: int, height: int) -> None:
    """The promised size is judged before anything is drawn."""
    if not width or not height:
        raise _damaged()
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise _bomb(f"{width}×{height}")


def _draws(kept: bytes, kind: str) -> None:
    try:
        image = Image.open(io.BytesIO(kept), formats=["JPEG" if kind == "image/jpeg" else "PNG"])
        heavy = image.info.get("progressive") and image.width * image.height > MAX_PIXELS // 3
        if kind == "image/jpeg" and not heavy:
            # A progressive one keeps all coefficients in memory whatever the scale: large ones are only walked through.
            # An eighth of the size: the whole of the data is decoded, a 64th of the memory is needed.
            image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
            image.load()
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError):
        raise _damaged() from None


def _jpeg(data: bytes) -> tuple[bytes, list[bytes]]:
    """Walk the segments; keep the coding, colour profile and orientation."""
    kept, dropped = [data[:2]], []
    at, turn, scans, segments = 2, 0, 0, 0
    try:
        while True:
            if data[at] != 0xFF:
                raise _damaged()
            marker = data[at + 1]
            if marker == 0xFF:
                at = _FILL.match(data, at).end() - 1  # type: ignore[union-attr]
                continue
            if marker == 0xD9:
                kept.append(b"\xff\xd9")
                break
            length = int.from_bytes(data[at + 2 : at + 4], "big")
            end = at + 2 + length
            segments += 1
            if length < 2 or end > len(data) or segments > _MAX_SEGMENTS:
                raise _damaged()
            segment = data[at:end]
            if marker == 0xE1 and segment[4:10] == b"Exif\0\0":
                turn = turn or _orientation(segment[10:])
            if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
                _fits(int.from_bytes(segment[7:9], "big"), int.from_bytes(segment[5:7], "big"))
            if marker == 0xDA:
                scans += 1
                if scans > _MAX_SCANS:
                    raise _damaged()
                end = _end_of_scan(data, end)
                kept.append(data[at:end])
            elif marker == 0xE0 and segment[4:9] == b"JFIF\0" and length >= 16:
                # Without its thumbnail.
                kept.append(b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0")
            elif _keeps(marker, segment):
                kept.append(segment)
            else:
                dropped.append(segment)
            at = end
    except IndexError:
        raise _damaged() from None
    dropped.append(data[at + 2 :])
    if turn > 1:
        kept.insert(1, _only_orientation(turn))
    return b"".join(kept), dropped


def _keeps(marker: int, segment: bytes) -> bool:
    if marker == 0xE2:
        return segment[4:16] == b"ICC_PROFILE\0"
    if marker == 0xEE:
        # Adobe's colour transform: without it the colours are wrong.
        return segment[4:9] == b"Adobe" and len(segment) == 16
    return not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _end_of_scan(data: bytes, at: int) -> int:
    """Coded data runs to the next marker that is not a stuffed 0xFF00 or a restart."""
    found = _MARKER.search(data, at)
    if found is None:
        raise _damaged()
    return found.start()


def _orientation(tiff: bytes) -> int:
    """The turn (1–8) an Exif block asks for, 0 when it does not."""
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, first)
        for i in range(min(count, 200)):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, first + 2 + 12 * i)
            if tag == 0x0112 and kind == 3:
                return value if 1 <= value <= 8 else 0
    except struct.error:
        pass
    return 0


def _only_orientation(turn: int) -> bytes:
    body = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 0x0112, 3, 1, turn, 0) + b"\0\0\0\0"
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body


def _png(data: bytes) -> tuple[bytes, list[bytes]]:
    """Walk the chunks; keep those that make the picture, and see that the pixels are as many as the header says."""
    kept, dropped, body = [data[:8]], list[bytes](), list[bytes]()
    at, chunks, header = 8, 0, b""
    while True:
        chunks += 1
        length = int.from_bytes(data[at : at + 4], "big")
        name, end = data[at + 4 : at + 8], at + 12 + length
        if len(name) < 4 or end > len(data) or chunks > _MAX_CHUNKS:
            raise _damaged()
        if zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise _damaged()
        (kept if name in _KEPT_PNG else dropped).append(data[at:end])
        if name == b"IHDR" and not header:
            header = data[at + 8 : end - 4]
        elif name == b"IDAT":
            body.append(data[at + 8 : end - 4])
        at = end
        if name == b"IEND":
            break
    dropped.append(data[at:])
    _pixels_as_promised(header, body)
    return b"".join(kept), dropped


def _pixels_as_promised(header: bytes, body: list[bytes]) -> None:
    if len(header) != 13:
        raise _damaged()
    width, height, depth, colour, interlaced = struct.unpack(">IIBBxxB", header)
    if colour not in _CHANNELS or depth not in (1, 2, 4, 8, 16):
        raise _damaged()
    _fits(width, height)
    rows = ((width * _CHANNELS[colour] * depth + 7) // 8 + 1) * height
    # An interlaced picture has seven passes with a little padding each.
    left = rows * 2 if interlaced else rows
    box, got = zlib.decompressobj(), 0
    try:
        for part in body:
            feed = part
            while feed and not box.eof:
                piece = len(box.decompress(feed, 1_000_000))
                got += piece
                if got > left:
                    raise _bomb("IDAT")
                feed = box.unconsumed_tail
    except zlib.error:
        raise _damaged() from None
    if not box.eof or (not interlaced and got != rows):
        raise _damaged()


def _damaged() -> Refused:
    return Refused(
        "upload.damaged",
        f"图片不完整或已损坏;{_ADVICE.zh}",
        f"The picture is damaged. {_ADVICE.en}",
        pointer="/file",
        advice=_ADVICE,
    )


def _bomb(size: str) -> Refused:
    return Refused(
        "upload.bomb",
        f"图片过大(最多 5000 万像素);{_ADVICE.zh}",
        f"The picture is too large (50 megapixels at most). {_ADVICE.en}",
        pointer="/file",
        advice=_ADVICE,
        size=size,
    )
