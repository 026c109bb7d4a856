"""A day in a city of many nodes, played through the API like everything that stands at a counter: residents arrive at random
centers, back offices work through their lists, corrections and withdrawals come to whichever counter is near."""

import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import quote

import msgspec
from PIL import Image

from tongban.config.crowd import Brought, Crowd
from tongban.config.machine import Answer, Machine, Silent
from tongban.domain.nodes import Nodes

# What becomes of a case, of a hundred.
FATES = {"plain": 60, "correct": 14, "withdraw": 6, "back": 6, "misjudged": 7, "refuse": 5, "not_accept": 2}
CLOSED = frozenset({"delivered", "not_accepted", "withdrawn", "revoked"})
# A case that nobody could move for so long is reported instead of waited for.
STALLED = 240.0
# A resident whose errand at a far counter came to nothing for so long goes to the center that holds the case.
IMPATIENT = 20.0
# Share of the residents who ask how far it is, wherever they are.
ASKING = 0.1
# What a back office is told whose disk was lost with what somebody had filled in: then it is asked for.
FORM_LOST = "case.form_lost"
# Share of the residents of whose papers one is scanned.
SCANNED = 0.15


def scan(rng: random.Random) -> bytes:
    """A picture that no other is like and nothing can make smaller; one in five fills several pieces."""
    side = 900 if rng.random() < 0.2 else 160
    picture = BytesIO()
    Image.frombytes("L", (side, side), rng.randbytes(side * side)).save(picture, "PNG")
    return picture.getvalue()


class Story(msgspec.Struct):
    """A case as the day knows it: what was brought, what is to become of it, what was done so far."""

    number: str
    brought: Brought
    receiving: str
    handling: str
    fate: str
    on_the_spot: bool
    seed: int
    done: set[str]
    stage: str = "received"
    points: list[dict[str, str]] = []
    moved: float = 0.0
    visits: int = 0
    by_letter: bool = False
    # The form went with a disk; after that all of it is brought once more.
    lost: bool = False
    again: bool = False

    @property
    def closed(self) -> bool:
        """Nothing more is expected."""
        return self.stage in CLOSED


class Tally:
    """What happened, counted: acts by who did them, refusals by code, milliseconds by kind."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.acts: Counter[tuple[str, str]] = Counter()
        self.refused: Counter[str] = Counter()
        # The first refusal of each kind, to see why.
        self.samples: dict[str, str] = {}
        self.ms: dict[str, list[float]] = {}
        self.again = 0
        self.faults: list[str] = []

    def count(self, who: str, what: str, answer: Answer) -> None:
        """One act that was answered."""
        with self.lock:
            self.again += answer.again
            self.ms.setdefault("receive" if what == "receive" else "act", []).append(answer.ms)
            if answer.good:
                self.acts[who, what] += 1
            else:
                self.refused[f"{what}: {answer.status} {answer.code}"] += 1
                self.samples.setdefault(f"{what}: {answer.status} {answer.code}", str(answer.body)[:1_000])

    def fault(self, what: str) -> None:
        """Something that must not happen."""
        with self.lock:
            self.faults.append(what)


class Day:
    """Plays it with bounded concurrency. ``rate``: residents a second, as they come and not as they are served."""

    def __init__(
        self, machines: Mapping[str, Machine], nodes: Nodes, crowd: Crowd, *, seed: int, run: str, rate: float = 10.0,
        counters: int = 6, pause: float = 1.0,
    ) -> None:  # fmt: skip
        self.machines, self.nodes, self.crowd, self.rate, self.pause = machines, nodes, crowd, rate, pause
        self.rng, self.run_id, self.counters = random.Random(f"day:{seed}"), run, counters
        self.stories: dict[str, Story] = {}
        self.tally = Tally()
        self.over = threading.Event()
        # Cases that went with a disk, known to nobody else: nothing more is expected of them.
        self.gone: set[str] = set()
        self.arrived = 0
        self._at_counters: queue.Queue[Callable[[], None]] = queue.Queue()
        self._busy = 0

    @property
    def open(self) -> int:
        """Cases that are not closed yet."""
        return len(self._open())

    def _open(self) -> list[Story]:
        return [s for s in list(self.stories.values()) if not s.closed and s.number not in self.gone]

    def play(self, arrivals: Iterable[Brought], tell: Callable[["Day"], None] = lambda day: None) -> None:
        """Until everybody has come and every case is closed, or nothing moves any more."""
        threads = [
            threading.Thread(target=self._counter, name=f"counter-{i}", daemon=True) for i in range(self.counters)
        ]
        threads.append(threading.Thread(target=self._hear_of, name="hear-of", daemon=True))
        threads += [
            threading.Thread(target=self._desk, args=(node, machine), name=f"desk-{node}", daemon=True)
            for node, machine in self.machines.items()
        ]
        for thread in threads:
            thread.start()
        begun, due = time.monotonic(), 0.0
        try:
            for brought in arrivals:
                due += self.rng.expovariate(self.rate)
                while (left := begun + due - time.monotonic()) > 0 or self._at_counters.qsize() > 200:
                    time.sleep(min(max(left, 0.01), 0.2))
                    tell(self)
                self.arrived += 1
                fate = self.rng.choices(list(FATES), list(FATES.values()))[0]
                self._at_counters.put(partial(self._receive, brought, self.arrived, self.rng.getrandbits(60), fate))
            self._until_quiet(tell)
        finally:
            self.over.set()
            for thread in threads:
                thread.join(30)

    def _until_quiet(self, tell: Callable[["Day"], None]) -> None:
        last, since = (-1, -1), time.monotonic()
        while self.open or self._at_counters.unfinished_tasks:
            tell(self)
            # Somebody who comes again and again in vain moves nothing.
            now = (self.open, sum(n for (who, _), n in list(self.tally.acts.items()) if who == "back office"))
            if now != last:
                last, since = now, time.monotonic()
            if time.monotonic() - since > STALLED:
                stuck = self._open()
                self.tally.fault(f"{len(stuck)} cases do not move: {[(s.number, s.stage, s.fate) for s in stuck[:5]]}")
                return
            time.sleep(0.1)
        tell(self)

    def _counter(self) -> None:
        """People who serve residents: whoever comes next."""
        while not self.over.is_set():
            try:
                work = self._at_counters.get(timeout=0.1)
            except queue.Empty:
                continue
            try:
                work()
            except Exception as why:
                self.tally.fault(f"{type(why).__name__}: {why}")
            finally:
                self._at_counters.task_done()

    def _hear_of(self) -> None:
        """What was asked by letter at a far counter is done somewhere else; the city hears of it."""
        city = self.machines[self.nodes.city]
        while not self.over.wait(0.5):
            for story in [s for s in self._open() if s.by_letter]:
                try:
                    seen = city.look(f"/cases/{story.number}")
                except Silent as why:
                    self.tally.fault(f"city: {why}")
                    continue
                if seen.good and seen.body["progress"]["stage"] in CLOSED:
                    story.stage = seen.body["progress"]["stage"]

    def _at(self, center: str) -> Machine:
        return self.machines[self.nodes.host(center)]

    def _receive(self, brought: Brought, n: int, seed: int, fate: str) -> None:
        machine = self._at(brought.center)
        answer = machine.act(f"{self.run_id}-r{n}", "/cases", self._scanned(machine, brought, n, seed))
        self.tally.count("counter", "receive", answer)
        if not answer.good:
            return
        told = answer.body
        if told["number"] in self.stories:
            self.tally.fault(f"{told['number']} was given twice")
        self.stories[told["number"]] = Story(
            told["number"], brought, told["receiving"], told["handling"], fate, brought.on_the_spot, seed, set(),
            told["stage"], moved=time.monotonic(),
        )  # fmt: skip
        if random.Random(f"{seed}:ask").random() < ASKING:
            asking = partial(self._ask_progress, told["number"], told["query_code"], seed)
            later = threading.Timer(3.0, self._at_counters.put, [asking])
            later.daemon = True
            later.start()

    def _ask_progress(self, number: str, code: str, seed: int) -> None:
        """Somebody looks at a portal or a kiosk anywhere in the city how far their case is."""
        machine = self._at(random.Random(f"{seed}:where").choice(self.crowd.centers))
        path, asked = f"/progress/{number}", ""
        for _ in range(40):
            seen = machine.look(f"{path}?asked={quote(asked)}" if asked else path, Query_Code=code)
            if seen.status != 202 or self.over.wait(0.3):
                break
            asked = seen.body["asked"]
        self.tally.count("resident", "ask after it" + (", through the city" if asked else ""), seen)

    def _scanned(self, machine: Machine, brought: Brought, n: int, seed: int) -> dict[str, Any]:
        """What is brought, with a scan of one paper now and then: it has to travel with the case."""
        rng, papers = random.Random(f"{seed}:scan"), list(brought.body["papers"])
        if not papers or rng.random() > SCANNED:
            return brought.body
        kept = machine.upload(f"{self.run_id}-s{n}", "扫描件.png", "image/png", scan(rng))
        self.tally.count("counter", "scan", kept)
        if not kept.good:
            return brought.body
        place = rng.randrange(len(papers))
        papers[place] = papers[place] | {"file": kept.body["file"]}
        return brought.body | {"papers": papers}

    def _desk(self, node: str, machine: Machine) -> None:
        """The back offices of a node: they work through its list, again and again."""
        while not self.over.is_set():
            try:
                self._through_the_list(node, machine)
            except Silent as why:
                self.tally.fault(f"{node}: {why}")
            except Exception as why:
                self.tally.fault(f"{node}: {type(why).__name__}: {why}")
            self.over.wait(self.pause)

    def _through_the_list(self, node: str, machine: Machine) -> None:
        cursor = ""
        while not self.over.is_set():
            page = machine.look(f"/cases?limit=100&cursor={cursor}" if cursor else "/cases?limit=100")
            if not page.good:
                self.tally.count("back office", "list", page)
                return
            for row in page.body["rows"]:
                story = self.stories.get(row["number"])
                if story is not None and not story.closed and self.nodes.host(row["holder"]) == node:
                    self._work(node, machine, story, row)
                if self.over.is_set():
                    return
            cursor = page.body["next"]
            if not cursor:
                return

    def _work(self, node: str, machine: Machine, story: Story, row: dict[str, Any]) -> None:
        """All that this desk can do for a case now."""
        stage, holder = row["stage"], row["holder"]
        story.stage = stage
        for _ in range(8):
            act, body = self._next(story, stage, holder, row)
            if not act:
                return
            key = f"{self.run_id}-{story.number}-{act}-{holder}-{len(story.done)}"
            answer = machine.act(key, f"/cases/{story.number}/{act}", body)
            self.tally.count("back office", act, answer)
            story.done.add(f"{act}@{holder}")
            if not answer.good:
                # Somebody was first (a withdrawal at a counter): the list will tell. A form that went with a disk is asked for.
                story.lost = story.lost or answer.code == FORM_LOST
                return
            story.moved = time.monotonic()
            stage = story.stage = answer.body["stage"]
            if act in ("hand-over", "hand-back", "ask-correction") or answer.body["holder"] != holder:
                if act == "ask-correction":
                    self._at_counters.put(partial(self._correct, story))
                return

    def _next(self, story: Story, stage: str, holder: str, row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Which act, with what; empty: nothing to do here now."""
        rng, done = random.Random(story.seed), story.done
        if story.lost and stage in ("received", "accepted"):
            story.lost, story.again = False, True
            return "ask-correction", {"points": [], "note": "原来填写的内容已丢失，请重新填写"}
        if stage == "decided":
            return "deliver", {"way": rng.choice(("counter", "mail", "electronic"))}
        if stage == "accepted":
            return self._decide(story, holder, rng)
        if stage == "correcting" and time.monotonic() - story.moved > IMPATIENT:
            story.moved = time.monotonic()
            self._at_counters.put(partial(self._correct, story, holder))
        if stage != "received":
            return "", {}
        came_back = row["custody"] == "back" or (story.brought.scope == "split" and holder != story.handling)
        if came_back:
            return "hand-over", {"to": story.handling, "reason": "misjudged"}
        if not row["looked"] and f"take-over@{holder}" not in done:
            return "take-over", {}
        sent = row["custody"] in ("sent", "taken")
        if story.fate == "back" and sent and not any(d.startswith("hand-back") for d in done):
            return "hand-back", {"reason": "papers_not_seen"}
        if story.fate == "misjudged" and sent and not any(d.startswith("hand-over") for d in done):
            story.handling = rng.choice([c for c in self.crowd.centers if c != holder])
            return "hand-over", {"to": story.handling, "reason": "misjudged"}
        if story.fate == "correct" and not story.points and (points := self._points(story, rng)):
            story.points = points
            return "ask-correction", {"points": points, "note": "请补充后再交"}
        if story.fate == "withdraw":
            if "withdraw" not in done:
                done.add("withdraw")
                story.moved = time.monotonic()
                self._at_counters.put(partial(self._withdraw, story))
            if time.monotonic() - story.moved < IMPATIENT:
                return "", {}
        if story.fate == "not_accept":
            return "not-accept", {"reason": "not_needed", "note": "依法不需要办理"}
        return "accept", {}

    def _decide(self, story: Story, holder: str, rng: random.Random) -> tuple[str, dict[str, Any]]:
        settled = story.brought.scope == "settle_home" and story.handling != story.receiving
        if settled and holder == story.receiving:
            return "review", {"outcome": "pass"}
        if story.on_the_spot and rng.random() < 0.5:
            return "finish", {}
        granted = story.fate != "refuse"
        return "decide", {"granted": granted, "note": "" if granted else "不符合给付条件"}

    def _points(self, story: Story, rng: random.Random) -> list[dict[str, str]]:
        points = []
        if story.brought.fields:
            points.append({"what": "field", "code": rng.choice(story.brought.fields), "problem": "incomplete"})
        if story.brought.papers:
            points.append({"what": "paper", "code": rng.choice(story.brought.papers), "problem": "unreadable"})
        return points

    def _served(self, story: Story, what: str, path: str, body: dict[str, Any], near: str) -> None:
        """The resident comes to a counter: any of the city, where nobody may know the case yet, or (``near``) where it is held."""
        story.visits += 1
        rng = random.Random(f"{story.seed}:{what}:{story.visits}")
        center = near or (story.receiving if rng.random() < 0.4 else rng.choice(self.crowd.centers))
        machine = self._at(center)
        key = f"{self.run_id}-{story.number}-{what}-{story.visits}"
        applicant = {"applicant": story.brought.applicant, "how": "card", "center": center}
        met = machine.act(f"{key}-meet", "/visits", applicant)
        self.tally.count("counter", "meet", met)
        if not met.good:
            self.tally.fault(f"{story.number}: nobody was met at {center}: {met.body}")
            return
        tries = 0
        while True:
            answer = machine.act(f"{key}-{tries}", f"/cases/{story.number}/{path}", body | {"visit": met.body["visit"]})
            # The copy of a case held elsewhere is asked of the city when its resident is met, and comes in a moment.
            if answer.status != 404 or tries >= 20 or self.over.is_set():
                break
            tries += 1
            time.sleep(0.25)
        story.by_letter = bool(answer.good and answer.body.get("asked"))
        self.tally.count("counter, by letter" if story.by_letter else "counter", path, answer)
        story.moved = time.monotonic()
        if answer.good and not story.by_letter:
            story.stage = answer.body["stage"]

    def _correct(self, story: Story, near: str = "") -> None:
        """What was asked for is brought to some counter."""
        brought = self.crowd.correction(story.brought, story.points)
        if story.again or (near and story.visits > 1):
            # The form went with a disk (or the first way was in vain, for that reason): all of it is given once more.
            brought["answers"] = self.crowd.once_more(story.brought) | brought["answers"]
        self._served(story, "correct", "receive-correction", brought, near)

    def _withdraw(self, story: Story) -> None:
        """The resident thinks better of it."""
        self._served(story, "withdraw", "withdraw", {"reason": "asked"}, "")
