"""The cabinet: papers lie sealed under their digest, whole or not at all, and only papers nobody names are swept."""

import datetime as dt
import io
import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from tests.plumbing import papers
from tongban.domain.refusals import NotFound, Refused
from tongban.plumbing import crypto, files

LATER = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def cabinet(tmp_path: Path, settings):
    settings.TONGBAN_KEY_FILE = tmp_path / "keys.json"
    settings.TONGBAN_FILES = tmp_path / "files"
    settings.TONGBAN_MAKE_KEYS = True
    crypto.use(None)
    yield settings.TONGBAN_FILES
    crypto.use(None)


def put(data: bytes, name: str = "a.pdf") -> files.Stored:
    return files.put(io.BytesIO(data), name)


def lying(cabinet: Path) -> list[Path]:
    return [p for p in cabinet.rglob("*") if p.is_file() and p.name != ".lock"]


def test_a_paper_comes_back_byte_for_byte(cabinet):
    data = papers.pdf(3)
    stored = put(data, "../户口簿.pdf")
    assert stored == files.Stored(
        crypto.digest(data).hex(), len(data), "application/pdf", 3, "户口簿.pdf", crypto.digest(data).hex()
    )
    assert b"".join(files.get(stored.digest)) == files.read(stored.digest) == data
    assert files.exists(stored.digest) and not files.exists("0" * 64)


def test_it_lies_sealed_and_for_nobody_else_to_read(cabinet):
    data = papers.pdf()
    put(data)
    (path,) = lying(cabinet)
    assert data[:40] not in path.read_bytes() and b"%PDF" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_a_photo_is_kept_without_its_place_and_the_original_can_be_proven():
    photo = papers.jpeg_of_a_phone()
    stored = put(photo, "photo.jpg")
    assert stored.given == crypto.digest(photo).hex() != stored.digest
    assert stored.digest == crypto.digest(files.read(stored.digest)).hex()
    assert b"PhoneMaker" not in files.read(stored.digest)


@pytest.mark.parametrize("size", [0, 1, files.CHUNK - 1, files.CHUNK, files.CHUNK + 1, 3 * files.CHUNK])
def test_every_size_comes_back(size):
    data = os.urandom(size)
    assert files.read(files.keep(data)) == data
    assert list(files.damaged()) == []


@how(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, 10**7), what=st.sampled_from(["flip", "cut", "add", "swap"]))
def test_a_paper_changed_on_the_disk_is_found(cabinet, where, what):
    data = bytes(range(256)) * 3000
    digest = files.keep(data)
    path = cabinet / digest[:2] / digest[2:4] / digest
    held = bytearray(path.read_bytes())
    where %= len(held)
    changed = {
        "flip": held[:where] + bytes([held[where] ^ 1]) + held[where + 1 :],
        "cut": held[:where],
        "add": held + b"\0",
        # Two whole pieces exchanged: each is sealed rightly, only not for this place.
        "swap": held[:12] + held[12 + files.CHUNK + 29 : 12 + 2 * (files.CHUNK + 29)] + held[12 + files.CHUNK + 29 :],
    }[what]
    path.write_bytes(changed)
    with pytest.raises(crypto.Tampered):
        files.read(digest)
    assert list(files.damaged()) == [digest]
    path.unlink()


def test_a_paper_laid_in_the_place_of_another_is_found(cabinet):
    one, other = files.keep(b"one" * 100), files.keep(b"two" * 100)
    paths = {p.name: p for p in lying(cabinet)}
    paths[one].write_bytes(paths[other].read_bytes())
    with pytest.raises(crypto.Tampered):
        files.read(one)


def test_a_damaged_paper_is_mended_by_handing_it_in_again(cabinet):
    data = papers.pdf()
    digest = put(data).digest
    (path,) = lying(cabinet)
    path.write_bytes(path.read_bytes()[:-1])
    assert put(data).digest == digest
    assert files.read(digest) == data


def test_the_same_paper_twice_is_one_file(cabinet):
    assert put(papers.pdf()).digest == put(papers.pdf(), "other name.pdf").digest
    assert len(lying(cabinet)) == 1


@pytest.mark.parametrize(
    "digest", ["", "../../../etc/passwd", "0" * 63, "0" * 64, "G" * 64, "0" * 64 + "\n", "０" * 64]
)
def test_a_digest_that_is_none_of_ours_is_not_found(digest):
    with pytest.raises(NotFound):
        files.get(digest)
    with pytest.raises(NotFound):
        files.read(digest)


def test_refused_papers_leave_nothing(cabinet):
    for data, code in [(papers.pdf_with_script(), "active"), (b"", "empty"), (b"MZ" * 99, "kind")]:
        with pytest.raises(Refused) as caught:
            put(data)
        assert caught.value.code == f"upload.{code}"
    assert lying(cabinet) == []


def test_a_huge_upload_is_refused_before_it_is_read_to_the_end(settings):
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert size >= 0, "read without an end"
            self.given += size
            return b"%PDF-" + b"\0" * (size - 5)

    stream = Endless()
    with pytest.raises(Refused) as caught:
        files.put(stream, "a.pdf")
    assert caught.value.code == "upload.too_big" and "20 MB" in caught.value.text.zh
    assert stream.given <= settings.UPLOAD_LIMIT + 1


def test_a_disk_that_is_full_leaves_nothing(cabinet, monkeypatch):
    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        files.keep(b"x" * 1000)
    assert lying(cabinet) == []


def test_a_sweep_removes_only_old_papers_that_nobody_names(cabinet):
    named, forgotten, young = files.keep(b"named"), files.keep(b"forgotten"), files.keep(b"young")
    draft = cabinet / forgotten[:2] / forgotten[2:4] / ".0123456789abcdef"
    draft.write_bytes(b"half")
    past = time.time() - 3 * 86400
    for path in lying(cabinet):
        if path.name != young:
            os.utime(path, (past, past))
    yesterday = dt.datetime.fromtimestamp(time.time() - 86400, dt.UTC)
    asked: list[str] = []
    swept = files.sweep(yesterday, lambda digests: asked.extend(digests) or {named})
    assert (swept.seen, swept.removed) == (4, 2)
    assert sorted(asked) == sorted([named, forgotten])
    assert {p.name for p in lying(cabinet)} == {named, young}
    assert files.sweep(yesterday, lambda digests: {named}).removed == 0


def test_a_paper_put_again_during_a_sweep_stays():
    digest = files.keep(b"again")

    def referenced(digests: list[str]) -> set[str]:
        past = time.time() - 86400
        os.utime(files._path(digest), (past, past))
        files.keep(b"again")
        return set()

    limit = dt.datetime.fromtimestamp(time.time() + 3600, dt.UTC)
    os.utime(files._path(digest), (time.time() + 7200,) * 2)
    assert files.sweep(limit, referenced).removed == 0
    os.utime(files._path(digest), (1, 1))
    soon = dt.datetime.fromtimestamp(time.time() - 1, dt.UTC)
    assert files.sweep(soon, referenced).removed == 0
    assert files.read(digest) == b"again"
    assert files.sweep(LATER, lambda digests: set()).removed == 1


def test_many_may_put_and_sweep_at_a_time():
    wrong: list[BaseException] = []
    data = [os.urandom(1000) for _ in range(4)]

    def work(number: int) -> None:
        try:
            for i in range(12):
                if number == 0:
                    files.sweep(dt.datetime(2000, 1, 1, tzinfo=dt.UTC), lambda digests: set())
                elif files.read(files.keep(data[i % 4])) != data[i % 4]:
                    raise AssertionError("another paper came back")
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not wrong
