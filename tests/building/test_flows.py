"""The shape of the floor that writes: one act = one public function = one durable transaction = one audit line."""

import ast
import importlib
import inspect
import re

import pytest

from tests.building.source import ROOT, SRC, Function, decorators, files, functions, name, public_functions, tree
from tongban.plumbing import outside, tx

FLOWS = [p for p in files() if p.parent == SRC / "flows" and p.name != "__init__.py"]

# Public functions of flows/ that are neither an act nor a part of one, and why that is right.
EXEMPT = {
    "login_code.issue": "one act, then asks outside",
    "notify.notify": "deferred work: asks outside, and its writing is the act `sent`",
    "arrive.way": "asks outside, writes nothing",
    "arrive.come": "asks outside, then one act",
    "arrive.online_center": "the cached catalog and layout",
    "arrive.resident": "pure: a person as the one who acts",
    "arrive.of_identity": "pure: the same from an identity",
    "arrive.must_act_for": "asks whether a mandate holds; writes nothing",
    "access.must_be_mandated": "asks the mandate, writes nothing",
    "access.case": "gives a case after asking for power and place; writes nothing",
    "access.held_case": "as access.case, for an act: needs an open flow by tx.current",
    "access.case_by_code": "gives a case to who knows number and query code; writes nothing",
    "access.asked": "gives an open enquiry to who answers it, without its texts; writes nothing",
    "access.visit": "gives a visit to the clerk whose it is; writes nothing",
    "access.case_of_visit": "gives a case of the person served; writes nothing",
    "access.mandate_of": "finds the mandate that covers an item; writes nothing",
    "serve.gather": "three acts around a call outside, which no transaction may span",
    "serve.gather_wanted": "as serve.gather",
    "serve.consented": "pure: the kinds of data in requests",
    "receive.version_open": "pure over the cached catalog",
    "receive.known_of": "reads what is known; its callers showed a visit",
    "receive.city": "the cached catalog",
    "receive.assess": "the checklist before anything is written",
    "receive.receipt": "pure: the receipt of a case",
    "handle.standing": "pure: the answer of an act",
    "handle.form_lost": "asks whether what was filled in is still here; writes nothing",
    "handle.version_of": "the cached catalog",
    "handle.of_register": "reads what is known; its callers showed a visit or the case",
    "tell.tell_department": "deferred work: asks outside between two transactions, and its writing is the act `told`",
    "compose.receipt": "pure: the receipt of a mother case",
    "event_access.mother": "gives a mother case after asking whose it is; writes nothing",
    "event_access.by_code": "gives a mother case to who knows number and query code; writes nothing",
    "event_access.none": "pure: the refusal of all who may not know of a life event",
    "event_access.named": "asks what a mandate names; writes nothing",
    "event_access.reach": "decides how far an agent sees; writes nothing",
    "event_access.of_served": "gives a mother case of the person served; writes nothing",
    "event_withdraw.withdraw": "one act on the mother case, then one on each child, each durable by itself",
    "event_told.asked": "asks departments outside of any transaction; what they say is written by the act `advance`",
    "event_log.must_be_caught_up": "asks where this node is; writes nothing",
    "event_theme.due": "pure: which reactions are to be done",
    "event_theme.react": "deferred work: asks outside, then one act for each department that answered",
    "event_advance.advance_event": "deferred work: asks outside, and its writing is the act `advance`",
    "event_advance.advance_due": "timed work: one act for each life event",
    "event_parts.child_number": "pure: the next number of a child",
    "event_parts.held": "pure: the fact that a part waits",
    "event_parts.holdings": "pure: what is there for each person",
    "access.case_of_served": "gives a case of a person whom another node's counter serves; writes nothing",
    "asking.carry": "decides between two acts: asking the holder, or sending a request on",
    "asking.do_waiting": "one act per request, then one that answers it: each durable by itself",
    "despatch.copy": "pure: entries as a letter",
    "despatch.dossier": "reads what goes with the pen; its callers are steps",
    "despatch.file_list": "reads which scans a case has",
    "incoming.arrived": "one act per bag; the transaction begins and ends inside",
    "incoming.arrived_together": "one act for the bags that go together; the transaction begins and ends inside",
    "desk.judged": "around what the rulebook judges; writes nothing",
    "recall.go_on": "one act per piece of what a restored node asked for",
    "incoming.node_actor": "pure: a node as the one who acts",
    "incoming.heard": "a status message: positions of lanes, no act of the city (no audit line each second)",
    "incoming.restored": "calls one act",
    "catalog_letters.send_where_missing": "compares what nodes say they have, then one act for each that lacks it",
    "incoming.tried": "one act, and a note beside it when it was in vain",
    "incoming.tend": "one act per parked letter, so that one that fails holds up no other",
    "forget.uploads": "timed work around files, with one act for each batch of names",
    "forget.letters": "as forget.drafts",
    "forget.drafts": "timed work: one act for each piece",
    "forget.answers": "timed work: one act for each piece",
    "forget.sessions": "timed work: one act for each piece",
    "mend.try_letter": "finds the letter after asking for the power, then one act of incoming",
    "mend.open_bag": "tries the bag after asking for the power, then whole acts: one per bag, and one that forgets it",
    "permissions.mandates_shown": "reads what the one who is here may see; writes nothing",
    "permissions.consents_shown": "reads what the one who is here may see; writes nothing",
    "escalate.sweep": "timed work: one flow per case, so that one failure holds up no other",
}


def _acts() -> list[tuple[str, Function]]:
    return [(f"{p.stem}.{f.name}", f) for p in FLOWS for f in public_functions(p)]


def test_every_public_function_of_flows_is_an_act_or_a_part_of_one() -> None:
    bare = {key for key, f in _acts() if not {"flow", "step"} & set(decorators(f))}
    assert bare <= set(EXEMPT), f"neither @flow nor @step, and no reason given: {sorted(bare - set(EXEMPT))}"
    assert set(EXEMPT) <= bare, f"exempt but gone or decorated: {sorted(set(EXEMPT) - bare)}"


def test_the_exempt_ones_write_nothing_themselves() -> None:
    writers = re.compile(r"\b(service|cases|people_service|credential_service|counters)\.(?!queries)(\w+)\(")
    found = []
    for p in FLOWS:
        # Names under which this module knows a register's writers.
        known = {
            (a.asname or a.name).split(".")[-1]
            for n in ast.walk(tree(p))
            if isinstance(n, ast.ImportFrom) and n.module and n.module.startswith("tongban.registers")
            for a in n.names
            if a.name == "service"
        }
        for f in public_functions(p):
            if f"{p.stem}.{f.name}" in EXEMPT:
                found += [f"{p.stem}.{f.name}: {m[0]}" for m in writers.finditer(ast.unparse(f)) if m[1] in known]
    assert not found, f"only acts write: {found}"


def test_every_flow_takes_the_actor_first_and_the_time_by_name() -> None:
    wrong = []
    for key, f in _acts():
        if "flow" not in decorators(f):
            continue
        if not f.args.args or f.args.args[0].arg != "actor":
            wrong.append(f"{key}: the actor comes first")
        if "at" not in {a.arg for a in f.args.kwonlyargs}:
            wrong.append(f"{key}: `at` by name")
    assert not wrong, wrong


def test_no_flow_opens_another() -> None:
    """One durable transaction each: Django would refuse at run time, this refuses at check time."""
    flows = {key for key, f in _acts() if "flow" in decorators(f)}
    nested = []
    for p in FLOWS:
        for f in functions(p):
            if not {"flow", "step"} & set(decorators(f)):
                continue
            for n in ast.walk(f):
                if isinstance(n, ast.Call):
                    called = ast.unparse(n.func)
                    if (called if "." in called else f"{p.stem}.{called}") in flows:
                        nested.append(f"{p.stem}.{f.name} calls {called}")
    assert not nested, nested


def test_acts_have_names_of_their_own() -> None:
    names: dict[str, list[str]] = {}
    for key, f in _acts():
        if isinstance(d := decorators(f).get("flow"), ast.Call):
            names.setdefault(ast.literal_eval(d.args[0]), []).append(key)
    wrong = [a for a in names if not re.fullmatch(r"[a-z]+\.[a-z_]+", a)]
    assert not wrong, wrong
    # Two doors to the same act may share its name; they live in one file, or nobody would find the other.
    apart = {a: keys for a, keys in names.items() if len({k.partition(".")[0] for k in keys}) > 1}
    assert not apart, apart


# Functions that stand around whole acts, so that the error they catch has ended its transaction already.
AROUND = {
    "incoming._apply_all": "bags that fail together are applied one by one",
    "incoming._apply": "a bag that fails as a whole is applied letter by letter",
    "incoming._single": "a letter on which the program fails is parked",
    "incoming.tried": "a parked letter that fails again stays parked, and who tried is told so",
    "asking._one": "a request on which the program fails is answered so, or it would stand before all others",
    "event_advance.advance_due": "one life event that cannot go on holds up no other; the job fails after the rest",
}


def test_flows_do_not_catch_database_errors() -> None:
    """In a pipeline the error surfaces later (plumbing/tx.py): whoever catches it here catches the wrong one."""
    found = []
    for p in FLOWS:
        around = {
            n
            for f in functions(p)
            if f"{p.stem}.{f.name}" in AROUND and not {"flow", "step"} & set(decorators(f))
            for n in ast.walk(f)
        }
        for n in ast.walk(tree(p)):
            if (
                isinstance(n, ast.ExceptHandler)
                and n not in around
                and (
                    n.type is None
                    or re.search(r"DatabaseError|IntegrityError|Exception\b|OperationalError", ast.unparse(n.type))
                )
            ):
                found.append(f"{name(p)}:{n.lineno}")
    assert not found, found


def test_a_step_refuses_to_work_outside_a_flow() -> None:
    steps = [(p, f) for p in FLOWS for f in public_functions(p) if "step" in decorators(f)]
    assert steps
    for p, f in steps:
        step = getattr(importlib.import_module(f"tongban.flows.{p.stem}"), f.name)
        given = {n: None for n, q in inspect.signature(step).parameters.items() if q.kind is not q.VAR_POSITIONAL}
        positional = [
            v
            for n, v in given.items()
            if inspect.signature(step).parameters[n].kind is not inspect.Parameter.KEYWORD_ONLY
        ]
        named = {
            n: v
            for n, v in given.items()
            if inspect.signature(step).parameters[n].kind is inspect.Parameter.KEYWORD_ONLY
        }
        with pytest.raises(tx.NotInside):
            step(*positional, **named)


@pytest.mark.django_db
def test_nothing_outside_is_asked_while_a_transaction_is_open() -> None:
    asked = []
    with pytest.raises(outside.AskedInsideTransaction):
        outside.ask({"gongan": lambda: asked.append(1)})
    assert not asked


def test_no_signals() -> None:
    found = [
        f"{name(p)}:{n.lineno}"
        for p in files(migrations=True)
        for n in ast.walk(tree(p))
        if (
            isinstance(n, ast.ImportFrom)
            and n.module
            and (n.module.endswith("signals") or n.module == "django.dispatch")
        )
        or (isinstance(n, ast.ImportFrom) and any(a.name == "signals" for a in n.names))
        or (
            isinstance(n, ast.Call)
            and ast.unparse(n.func).endswith((".connect", "receiver"))
            and "signal" in ast.unparse(n)
        )
    ]
    assert not found, f"name the caller in the flow instead: {found}"


def test_only_writers_write_sql() -> None:
    """Statements that change rows live with the register (service.py, migrations) and the plumbing; reads only read."""
    writes = re.compile(r"^\s*(insert into|update \w+ set|delete from|truncate)\b", re.I)
    # The mail room's own tables: all but its readers may write, and no channel or read may import those (pyproject.toml).
    allowed = re.compile(
        r"registers/\w+/service\.py|catalog/travelling\.py|exchange/(?!queries)\w+\.py|/plumbing/|/migrations/"
    )
    found = [
        f"{name(p)}:{n.lineno}"
        for p in files()
        if not allowed.search(name(p))
        for n in ast.walk(tree(p))
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and writes.match(n.value)
    ]
    assert not found, f"only flows write, through services: {found}; see {ROOT.name}"
