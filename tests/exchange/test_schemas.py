"""Letters keep their word: the committed schema is that of the program, every kind has a sample, samples of the versions before still
decode, and whatever is not understood is refused."""

import msgspec
import pytest

from tests.exchange import samples
from tongban.exchange import letters, schemas


def test_the_committed_schema_is_that_of_the_program() -> None:
    """A changed struct is a new version: raise letters.SCHEMA, then run `python -m tests.exchange.samples`."""
    assert schemas.schema_file(letters.SCHEMA).read_bytes() == schemas.schema_now()


def test_every_kind_has_a_sample_and_each_is_written_as_committed() -> None:
    kinds = {str(kind.__struct_config__.tag) for kind in letters.Body.__args__}
    committed = schemas.samples(letters.SCHEMA)
    assert set(committed) == kinds
    for kind, letter in samples.LETTERS.items():
        assert msgspec.json.decode(letters.encode(letter)) == committed[kind]


@pytest.mark.parametrize("version", range(letters.OLDEST, letters.SCHEMA + 1))
def test_samples_of_this_version_and_those_before_decode(version: int) -> None:
    for kind, sample in schemas.samples(version).items():
        letter = letters.decode(msgspec.json.encode(sample), version)
        assert letters.kind(letter.body) == kind


@pytest.mark.parametrize("version", [0, letters.SCHEMA + 1])
def test_other_versions_are_not_guessed_at(version: int) -> None:
    data = msgspec.json.encode(schemas.samples(letters.SCHEMA)["facts"])
    with pytest.raises(letters.Unreadable, match="version"):
        letters.decode(data, version)


@pytest.mark.parametrize("kind", sorted(schemas.samples(letters.SCHEMA)))
def test_an_unknown_field_is_refused_at_every_depth(kind: str) -> None:
    sample = schemas.samples(letters.SCHEMA)[kind]

    def spoiled(value: object) -> list[object]:
        """The letter with one field too many, once for each object in it that is no free map."""
        found: list[object] = []
        if isinstance(value, dict):
            found.append({**value, "surprise": 1})
            for key, inner in value.items():
                if key != "arguments":
                    found += [{**value, key: worse} for worse in spoiled(inner)]
        if isinstance(value, list):
            for place, inner in enumerate(value):
                found += [[*value[:place], worse, *value[place + 1 :]] for worse in spoiled(inner)]
        return found

    wrong = spoiled(sample)
    assert wrong
    for one in wrong:
        with pytest.raises(letters.Unreadable):
            letters.decode(msgspec.json.encode(one))


def test_an_unknown_kind_is_refused() -> None:
    sample = schemas.samples(letters.SCHEMA)["facts"]
    sample["body"]["letter"] = "love"
    with pytest.raises(letters.Unreadable):
        letters.decode(msgspec.json.encode(sample))


DEEP = b'{"body":{"letter":"request","arguments":' + b'{"a":' * 100_000


@pytest.mark.parametrize(
    ("data", "words"),
    [(b'{"id": "\xff"}', "a word of it is no text (not UTF-8)"), (DEEP, "brackets within brackets without end")],
)
def test_what_is_no_letter_at_all_is_told_in_words(data: bytes, words: str) -> None:
    """The screen of parked letters is read by people."""
    with pytest.raises(letters.Unreadable) as told:
        letters.decode(data)
    assert str(told.value) == words
