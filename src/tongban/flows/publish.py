"""How the catalog changes: publish a compiled city (new versions beside the running ones), close an item, open it again.
A published version never changes; what changed under the same number is refused with the advice to raise the number."""

import datetime as dt
from pathlib import Path

from tongban.domain.actor import CITY, Actor
from tongban.domain.refusals import NotFound, Problem, Refused
from tongban.domain.text import Text
from tongban.flows import catalog_letters
from tongban.plumbing import clock, here, tx
from tongban.plumbing.tx import flow
from tongban.registers.catalog import lint, queries, service, situations
from tongban.registers.catalog.city import City, Source, load
from tongban.registers.catalog.rows import Publication


@flow("catalog.publish")
def publish(actor: Actor, city: City | Source | Path, *, at: dt.datetime, note: str = "", key: str = "") -> Publication:
    """Publish a city folder or what was compiled from one. The same content again is no new publication.

    Refused: ``catalog.faulty`` with one problem per message of the check; ``catalog.version_changed``;
    ``catalog.item_missing``; ``catalog.backdated``.
    """
    actor.must("catalog.publish", CITY)
    _at_the_city()
    compiled = _sound(city)
    service.lock()
    published = service.published_digests()
    if changed := service.changed(compiled, published):
        raise Refused(
            "catalog.version_changed",
            "已发布的版本内容变了。已发布的版本不能改:请把改动写成新版本(版本号加一、写明 valid_from)",
            "A published version was changed; raise the version number instead",
            problems=tuple(
                Problem(
                    "catalog.version_changed",
                    Text(f"{v.name.zh}({v.code})第 {v.version} 版内容有变", f"{v.code} version {v.version} changed"),
                    f"/{v.code}/{v.version}",
                )
                for v in changed
            ),
        )
    if gone := sorted({code for code, _ in published} - {item.code for item in compiled.items}):
        raise Refused(
            "catalog.item_missing",
            f"已发布的事项从目录文件里消失了:{'、'.join(gone[:20])}。请保留文件,停办用 close_item(关闭事项)",
            "Published items are missing from the files; keep the files and close the items instead",
            items=gone,
        )
    _forward(compiled, published, clock.city_date(at))
    publication = service.publish(compiled, published, by=actor.ref, note=note, at=at)
    tx.current().about(
        place=CITY, publication=str(publication.id), digest=publication.digest, new_versions=len(publication.new)
    )
    queries.forget_on_commit()
    if publication.new or publication.published_at == at:
        catalog_letters.publication_out(publication)
    return publication


@flow("catalog.close_item")
def close_item(actor: Actor, code: str, *, reason: str, at: dt.datetime, key: str = "") -> None:
    """Stop taking applications for an item. Drafts and running cases stay. Refused: ``catalog.no_reason``."""
    _turn(actor, code, False, reason, at)


@flow("catalog.reopen_item")
def reopen_item(actor: Actor, code: str, *, reason: str, at: dt.datetime, key: str = "") -> None:
    """Take applications for an item again. Refused: ``catalog.no_reason``."""
    _turn(actor, code, True, reason, at)


def _turn(actor: Actor, code: str, is_open: bool, reason: str, at: dt.datetime) -> None:
    actor.must("catalog.publish", CITY)
    if not reason.strip():
        raise Refused(
            "catalog.no_reason",
            "请写明理由,居民和窗口会看到",
            "Give the reason; residents and counters will see it",
            pointer="/reason",
        )
    if code not in queries.items():
        raise NotFound("catalog.no_item", f"目录里没有事项“{code[:60]}”", "There is no such item", item=code[:60])
    _at_the_city()
    service.set_open(code, is_open, reason=reason.strip()[:500], by=actor.ref, at=at)
    catalog_letters.item_open_out(code, is_open, reason.strip()[:500], at, actor.ref)
    tx.current().about(place=CITY, reason=reason.strip()[:500], item=code, open=is_open)


def _at_the_city() -> None:
    """The catalog is one for the whole city: published at its node, it travels to the others by itself."""
    if not here.is_city():
        raise Refused(
            "catalog.published_at_city",
            "事项目录统一在市级系统发布,会自动送达各区",
            "The catalog is published once for the city and comes here by itself",
            node=here.node(),
        )


def _forward(city: City, published: dict[tuple[str, int], bytes], today: dt.date) -> None:
    """A new version of a published item begins today or later: nobody's past is rewritten."""
    known = {code for code, _ in published}
    late = [
        v for v in city.versions if v.code in known and (v.code, v.version) not in published and v.valid_from < today
    ]
    if late:
        names = "、".join(f"{v.name.zh}第 {v.version} 版({v.valid_from})" for v in late[:20])
        raise Refused(
            "catalog.backdated",
            f"新版本的生效日期早于今天:{names}。请把 valid_from 改成今天或以后",
            "A new version of a published item cannot begin in the past",
            items=sorted({v.code for v in late}),
        )


def _sound(city: City | Source | Path) -> City:
    if isinstance(city, City):
        city = Source(city, (), [], {}, {})
    source = load(city) if isinstance(city, Path) else city
    notes = [n for n in (*lint.check(source), *situations.run(source)) if n.severity == "error"]
    if notes or source.city is None:
        raise Refused(
            "catalog.faulty",
            f"目录有 {len(notes)} 处错误,不能发布。请先运行 tongban catalog check 逐条改正",
            f"The catalog has {len(notes)} errors; run tongban catalog check",
            problems=tuple(
                Problem("catalog.faulty", Text(n.what), f"{n.file}:{n.line}{n.path}", Text(n.mend)) for n in notes[:200]
            ),
        )
    return source.city
