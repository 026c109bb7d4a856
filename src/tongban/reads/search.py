"""The index behind every search box: an item by name, everyday words (俗称), pinyin or its initials, department, topic, code, a
mistyped character, or a whole question. Pure and in memory: entries in, hits out, the same for the same words every time."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice, product
from math import log
from typing import Any, Literal

import msgspec
import tantivy
from pypinyin import Style, lazy_pinyin, pinyin

from tongban.reads.everyday import LONGEST, fold, one_meaning, plain, terms, without_asking, words

Why = Literal["name", "alias", "pinyin", "code", "department", "topic", "similar", "words"]

_LOOKED_AT = 400  # How many names of one prefix, or with one pair of characters, are weighed.
_TYPED = 45  # From here on a hit is a name that was typed, not a question that speaks of it.
_EXACT, _AHEAD = 90, 18
_CANDIDATES = 40  # How many texts the full-text index proposes for a question.
_READINGS = 24  # How many spellings a name with several readings may have.
_SPLIT: Any = list  # pypinyin takes a list of what has no reading; its types say otherwise.
_MISTYPED = range(3, 15)  # Lengths in which one wrong character is forgiven.


class Entry(msgspec.Struct, frozen=True):
    """What is known of an item for finding it. ``department`` and ``codes``: every name or code it goes by."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    summary: str = ""
    receivable: bool = True
    codes: tuple[str, ...] = ()
    english: str = ""


class Hit(msgspec.Struct, frozen=True):
    """An item found: how well (0 to 100), by what, and the words of the item that matched."""

    code: str
    score: float
    why: Why
    said: str


class _Said(msgspec.Struct, frozen=True):
    """One name of an entry, prepared. ``entry``: place of its entry."""

    entry: int
    said: str
    folded: str
    same: str
    why: Why


class ItemIndex:
    """An index of items; building takes about a millisecond an item, finding well under one. Safe between threads."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._said = tuple(_names(self.entries))
        self._exact: dict[str, list[int]] = {}
        self._cores: dict[str, list[int]] = {}
        self._pairs: dict[str, list[int]] = {}
        self._mistyped: dict[str, list[int]] = {}
        self._groups: dict[str, list[tuple[int, Why, str]]] = {}
        spelled: list[tuple[str, int, bool]] = []
        for n, name in enumerate(self._said):
            for key in {name.folded, name.same}:
                self._exact.setdefault(key, []).append(n)
            self._cores.setdefault(without_asking(name.same), []).append(n)
            for pair in {name.folded[i : i + 2] for i in range(len(name.folded) - 1)}:
                self._pairs.setdefault(pair, []).append(n)
            if len(name.same) in _MISTYPED:
                for key in _shortened(name.same):
                    self._mistyped.setdefault(key, []).append(n)
            sounds = _sounds_of(name.folded)
            spelled += [(initials, n, True) for initials in _initials(name.folded, sounds)]
            spelled.append(("".join(sounds), n, False))
        # Of many names with the same pair the short ones are weighed first: they say the item most exactly.
        for found in self._pairs.values():
            found.sort(key=lambda n: (len(self._said[n].folded), n))
        self._prefixes = sorted((name.folded, n) for n, name in enumerate(self._said))
        self._spelled = sorted(spelled)
        self._sounds: dict[str, list[int]] = {}
        for spelling, n, short in self._spelled:
            if not short:
                self._sounds.setdefault(spelling, []).append(n)
        self._longest = max((len(name.same) for name in self._said), default=0)
        for place, entry in enumerate(self.entries):
            for code in (entry.code, *entry.codes):
                self._groups.setdefault(fold(code), []).append((place, "code", code))
            for word in entry.department:
                self._groups.setdefault(fold(word), []).append((place, "department", word))
            for word in entry.topics:
                self._groups.setdefault(fold(word), []).append((place, "topic", word))
        self._words = _Words(self.entries)

    def find(self, query: str, limit: int = 10) -> list[Hit]:
        """The items that the words may mean, best first; nothing for words that mean nothing here. Any text is safe."""
        folded = fold(query)
        if not folded:
            return []
        same = one_meaning(folded)
        core = without_asking(same)
        best: dict[int, tuple[float, Why, str]] = {}
        for place, worth, why, said in self._found(query, folded, same, core):
            if worth > best.get(place, (0.0,))[0]:
                best[place] = (worth, why, said)
        by_words: dict[int, tuple[float, str]] = {}
        for place, worth, _, said in self._words.find(plain(query), core):
            by_words[place] = max(by_words.get(place, (0.0, "")), (worth, said))
        for place, (worth, said) in by_words.items():
            first, why, named = best.get(place, (0.0, "words", said))
            # A short name within a long question is one sign among others; a name that was typed stands for itself.
            best[place] = (first if first >= _TYPED else min(_TYPED - 1, first + worth), why, named)
        ranked = sorted(best.items(), key=self._order)
        return [
            Hit(self.entries[place].code, round(worth, 3), why, said) for place, (worth, why, said) in ranked[:limit]
        ]

    def _order(self, found: tuple[int, tuple[float, Why, str]]) -> tuple[bool, float, int, int]:
        """What was named exactly; then what can be received before a guide of nearly the same worth; then the shorter name;
        then the order given."""
        place, (worth, _, _) = found
        entry = self.entries[place]
        ahead = (_AHEAD if worth >= _TYPED else 2) if entry.receivable else 0
        return worth < _EXACT, -worth - ahead, len(entry.name), place

    def _found(self, query: str, folded: str, same: str, core: str) -> Iterator[tuple[int, float, Why, str]]:
        for key in dict.fromkeys((folded, same, core)):
            for n in self._exact.get(key, ()):
                name = self._said[n]
                worth = (100.0 if name.why == "name" else 95.0) - (0 if key == name.folded else 3)
                yield name.entry, worth, name.why, name.said
        # 「居住证不见了怎么办」 is 「居住证丢了」; but 「公积金」 alone does not ask 「公积金在哪办」.
        for n in self._cores.get(core, ()) if core != same else ():
            yield self._said[n].entry, 91.0, self._said[n].why, self._said[n].said
        for place, why, said in self._groups.get(folded, ()):
            yield place, {"code": 99.0, "department": 48.0}.get(why, 46.0), why, said
        if folded.isascii():
            yield from self._by_sound(folded)
        else:
            yield from self._by_piece(folded)
            yield from self._in_sentence(same, core)
            yield from self._mended(core)

    def _by_sound(self, typed: str) -> Iterator[tuple[int, float, Why, str]]:
        start = bisect_left(self._spelled, (typed, -1, False))
        for spelling, n, short in self._spelled[start : start + _LOOKED_AT]:
            if not spelling.startswith(typed):
                break
            name, share = self._said[n], len(typed) / len(spelling)
            if short or len(typed) >= 3:
                worth = (70 if short else 68) + 8 * share - (0 if name.why == "name" else 3)
                yield name.entry, worth, "pinyin", name.said

    def _by_piece(self, folded: str) -> Iterator[tuple[int, float, Why, str]]:
        """Names that begin with or hold what was typed."""
        start = bisect_left(self._prefixes, (folded, -1))
        for key, n in self._prefixes[start : start + _LOOKED_AT]:
            if not key.startswith(folded):
                break
            name = self._said[n]
            yield name.entry, (80 if name.why == "name" else 62) + 8 * len(folded) / len(key), name.why, name.said
        pairs = [self._pairs.get(folded[i : i + 2], []) for i in range(len(folded) - 1)]
        for n in min(pairs, key=len, default=[])[:_LOOKED_AT]:
            name = self._said[n]
            if folded in name.folded:
                worth = (58 if name.why == "name" else 54) + 8 * len(folded) / len(name.folded)
                yield name.entry, worth, name.why, name.said

    def _in_sentence(self, same: str, core: str) -> Iterator[tuple[int, float, Why, str]]:
        """「老妈满65岁敬老卡怎么办」 names it within a sentence: the more of the sentence is the name, the better."""
        for text in dict.fromkeys((same, core)):
            whole = max(len(core), 1)
            for size in range(2, min(len(text), self._longest) + 1):
                for i in range(len(text) - size + 1):
                    for n in self._exact.get(text[i : i + size], ()):
                        name = self._said[n]
                        yield name.entry, 6 + 24 * min(1.0, size / whole), name.why, name.said

    def _mended(self, core: str) -> Iterator[tuple[int, float, Why, str]]:
        """Names that sound the same (敬劳卡), or differ by one character."""
        if len(core) < 2 or len(core) > _MISTYPED.stop:
            return
        for n in self._sounds.get("".join(_sounds_of(core)), ()):
            name = self._said[n]
            yield name.entry, 52.0, "similar", name.said
        if len(core) in _MISTYPED:
            seen = {n for key in _shortened(core) for n in self._mistyped.get(key, ())}
            for n in seen:
                name = self._said[n]
                if _one_apart(core, name.same):
                    # In a word of three a third is wrong: that alone is a weak sign.
                    yield name.entry, 28.0 if len(core) == 3 else 47.0, "similar", name.said


class _Words:
    """Questions: BM25 over the words and pairs of characters of names, everyday names and summaries, one text each, then
    weighed by how much of the question a text answers and how rare those words are."""

    _WORTH = {"name": 1.0, "alias": 0.95, "summary": 0.75}

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self._texts: list[tuple[int, str, str, frozenset[str]]] = []
        for place, entry in enumerate(entries):
            of_item = [("name", entry.name), *(("alias", a) for a in entry.aliases), ("summary", entry.summary)]
            for kind, said in of_item:
                folded = one_meaning(fold(said)) if kind != "summary" else _summary(said)
                extra = plain(entry.english).split() if kind == "name" else []
                self._texts.append((place, kind, said, frozenset((*terms(without_asking(folded)), *extra))))
        self._of_item = [frozenset[str]()] * len(entries)
        for place, _, _, found in self._texts:
            self._of_item[place] |= found
        counts = Counter(term for *_, found in self._texts for term in found)
        self._rare = {term: log(1 + len(self._texts) / n) for term, n in counts.items()}
        self._unknown = log(1 + len(self._texts))
        self._schema = (
            tantivy.SchemaBuilder()
            .add_text_field("words", tokenizer_name="whitespace", index_option="freq")
            .add_unsigned_field("text", stored=True, indexed=False)
            .build()
        )
        index = tantivy.Index(self._schema)
        writer = index.writer(heap_size=15_000_000, num_threads=1)
        for n, (*_, found) in enumerate(self._texts):
            writer.add_document(tantivy.Document(words=" ".join(sorted(found)), text=n))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def find(self, query: str, core: str) -> Iterator[tuple[int, float, Why, str]]:
        asked = terms(core) | {w for w in query.split() if w.isascii()}
        known = [t for t in asked if t in self._rare]
        if not known:
            return
        # Built from terms, never parsed: what is typed can have no syntax.
        wanted = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "words", t, "freq")) for t in sorted(known)]
        )
        weights = {t: self._rare[t] * _weight(t) for t in known}
        met = frozenset(known)
        # A pair over the border of two words is in no text, which says nothing; an unknown word does say something.
        whole = sum(weights.values()) + 0.6 * self._unknown * sum(1 for w in words(core) if w not in weights)
        hits = self._searcher.search(wanted, _CANDIDATES, count=False).hits
        for _, address in hits:
            place, kind, said, found = self._texts[self._searcher.doc(address)["text"][0]]
            here = sum(weights[t] for t in found & met) / whole
            of_item = sum(weights[t] for t in self._of_item[place] & met) / whole
            if of_item >= 0.15:
                yield place, self._WORTH[kind] * 26 * here + 18 * of_item, "words", said


def _weight(term: str) -> float:
    """A single character says less than a pair, a pair less than a longer word."""
    return (0.4, 1.0, 1.3)[min(len(term), 3) - 1]


def _summary(text: str) -> str:
    # Longer than a question, so it is folded in pieces.
    return "".join(one_meaning(fold(text[i : i + LONGEST])) for i in range(0, min(len(text), 600), LONGEST))


def _names(entries: tuple[Entry, ...]) -> Iterator[_Said]:
    for place, entry in enumerate(entries):
        for said in dict.fromkeys((entry.name, *entry.aliases)):
            if folded := fold(said):
                yield _Said(place, said, folded, one_meaning(folded), "name" if said == entry.name else "alias")


def _sounds_of(folded: str) -> list[str]:
    """The usual reading of each character as it stands among the others; letters and digits as they are."""
    return lazy_pinyin(folded, errors=_SPLIT)


def _initials(folded: str, sounds: list[str]) -> set[str]:
    """The initials of a name, in every reading of its characters as far as they stay few."""
    usual = "".join(sound[:1] for sound in sounds)
    return {usual, *islice(("".join(p) for p in product(*map(_letters, folded))), _READINGS)}


@cache
def _letters(character: str) -> tuple[str, ...]:
    found = {r for one in pinyin(character, style=Style.FIRST_LETTER, heteronym=True) for r in one if r}
    return tuple(sorted(found)) or (character,)


def _shortened(word: str) -> set[str]:
    """The word itself and every word made by leaving out one character."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _one_apart(a: str, b: str) -> bool:
    """Whether one character more, less, other, or two exchanged make one word the other."""
    if abs(len(a) - len(b)) > 1:
        return False
    short = min(len(a), len(b))
    i = next((k for k in range(short) if a[k] != b[k]), short)
    if len(a) == len(b):
        return a[i + 1 :] == b[i + 1 :] or (a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :])
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return longer[i + 1 :] == shorter[i:]
