"""Files on their way in: what is waited for, and what no longer is."""

import datetime as dt
from io import BytesIO

import pytest
from PIL import Image

from tongban.exchange import arriving
from tongban.plumbing import crypto, files

AT = dt.datetime(2026, 9, 1, 2, 0, tzinfo=dt.UTC)
NUMBER = "310107015260901000001X"


@pytest.mark.django_db
def test_a_file_that_came_in_the_same_moment_as_its_dossier_is_not_waited_for_ever() -> None:
    picture = BytesIO()
    Image.new("L", (8, 8), 200).save(picture, "PNG")
    kept = files.put(BytesIO(picture.getvalue()), "scan.png")
    missing = crypto.digest(b"still under way").hex()
    # As if the last piece had been applied while the dossier was: it deleted nothing, because nothing was there yet.
    for digest in (kept.digest, missing):
        arriving.await_file(NUMBER, digest, 10, AT)
    assert arriving.come() == [kept.digest]
    arriving.file_is_here(kept.digest)
    assert arriving.awaited(NUMBER) == (missing,)
