"""Each lint with an example that it refuses, in a city that is sound otherwise."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.registers.catalog.small_city import pieces, write
from tongban.registers.catalog import lint, situations
from tongban.registers.catalog.city import load
from tongban.registers.catalog.files import Note

Change = Callable[[dict[str, Any]], Any]


def notes(folder: Path, change: Change = lambda files: None) -> list[Note]:
    files = pieces()
    change(files)
    source = load(write(folder, files))
    return [*lint.check(source), *situations.run(source)]


def version(files: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = files["items/gongan/card.yaml"]["versions"][0]
    return found


def item(files: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = files["items/gongan/card.yaml"]
    return found


def sets(**values: Any) -> Change:
    return lambda files: version(files).update(values)


def sets_row(registry: str, index: int, /, **values: Any) -> Change:
    return lambda files: files[f"{registry}.yaml"][registry][index].update(values)


def test_a_sound_city_has_no_notes(tmp_path: Path) -> None:
    assert notes(tmp_path) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        # what an item must not promise without saying how
        (sets(results=[{"name": "残疾人证"}]), "没写签发哪种电子证照"),
        (sets(results=[{"name": "敬老卡", "credential": "nothing"}]), "没有证照种类"),
        (sets(visits={"count": 2}), "没写原因"),
        (sets(fully_online=True), "全程网办"),
        (sets(fee=[{"item": "工本费", "amount": "10.00"}]), "没写依据"),
        (sets(fee=[{"item": "工本费", "amount": "10.00", "basis": "z"}]), "law 里没有"),
        (sets(fee=[{"item": "工本费", "amount": "-1", "basis": "a"}]), "不能为负"),
        (sets(phones={"enquiry": "12345", "complaint": "12345"}), "电话相同"),
        (sets(limits={"legal_days": 20, "promised_days": 30}), "比法定时限还长"),
        (sets(limits={"legal_days": 0, "promised_days": 0}), "承诺时限"),
        (sets(limits={"legal_days": 20, "promised_days": 10, "accept_days": 7}), "5 个工作日"),
        (sets(limits={"legal_days": 20, "promised_days": 10, "correction_days": 0}), "补正"),
        (sets(limits={"legal_days": 20000, "promised_days": 10}), "天数不合理"),
        (sets(handling="on_the_spot", scope="direct"), "都应是 0"),
        (sets(handling="on_the_spot", limits={"legal_days": 0, "promised_days": 0}), "当场决定"),
        (sets(handling="joint"), "一起办的部门"),
        (sets(joint=["renshe"]), "不是联办件"),
        (sets(handling="joint", joint=["moon"]), "没有代码为“moon”"),
        (sets(home=None), "归属地"),
        (lambda f: version(f)["fields"].append({"element": "shoe_size"}), "没有数据元"),
        (lambda f: version(f)["fields"].append({"element": "name"}), "写了两次"),
        (lambda f: version(f)["fields"].append({"element": "consent", "prefill": ["person"]}), "不能预填"),
        (lambda f: version(f)["fields"][0].update(prefill=["neighbour"]), "预填来源"),
        (lambda f: version(f)["fields"][0].update(prefill=[{"credential": "x"}]), "没有证照种类"),
        (lambda f: version(f)["fields"][0].update(prefill=[{"check": "x"}]), "部门"),
        (lambda f: version(f)["papers"][0].update(tolerated_days=5), "关键材料不能容缺"),
        (lambda f: version(f)["papers"][1].update(tolerated_days=999), "候补天数"),
        (lambda f: version(f)["papers"][1].update(original=False), "等于没要"),
        (lambda f: version(f)["papers"].append({"material": "moonstone"}), "没有材料"),
        (lambda f: version(f)["conditions"][0].update(law="q"), "law 里没有"),
        (lambda f: version(f)["conditions"][0].pop("law"), "说不出理由"),
        (lambda f: version(f)["fields"].pop(1), "表单却不问它"),
        (sets(summary=""), "一句话介绍"),
        (sets(process=[{"step": "receive", "who": "counter"}]), "缺收件或决定"),
        (sets(phones={"enquiry": "962200"}), "投诉电话"),
        (sets(channels=[]), "受理渠道"),
        (sets(version=0), "从 1 开始"),
        (lambda f: item(f)["versions"].append({**version(f), "version": 2}), "一版比一版大"),
        # headers and registries
        (lambda f: item(f).update(department="moon"), "没有代码为“moon”"),
        (lambda f: item(f).update(code="other"), "文件名"),
        (lambda f: item(f).update(catalog_code="123"), "12 位"),
        (lambda f: f.update({"items/gongan/two.yaml": {**item(f), "code": "two"}}), "同名"),
        (lambda f: f.update({"items/gongan/two.yaml": item(f)}), "用了两次"),
        (sets_row("materials", 1, name="其他材料"), "兜底"),
        (sets_row("materials", 1, name="其他相关证明材料"), "兜底"),
        (sets_row("materials", 0, satisfied_by=[{"credential": "id"}]), "部门数据"),
        (sets_row("materials", 0, satisfied_by=[]), "用什么可以满足"),
        (sets_row("materials", 0, satisfied_by=[{"credential": "id", "paper": "copy"}]), "只写一样"),
        (sets_row("materials", 1, satisfied_by=[{"result": "none"}, {"paper": "copy"}]), "没有代码为“none”的事项"),
        (sets_row("materials", 1, satisfied_by=[{"check": "x"}, {"paper": "copy"}]), "向哪个部门"),
        (sets_row("credentials", 0, issuer="moon"), "没有代码为“moon”"),
        (sets_row("credentials", 0, fields=["moon"]), "没有数据元“moon”"),
        (sets_row("credentials", 0, valid_days=0), "有效天数"),
        (sets_row("elements", 3, choices=[]), "两个选项"),
        (sets_row("elements", 3, choices=[{"code": "rent", "name": "x"}] * 2), "写了两次"),
        (sets_row("elements", 0, max_length=20), "100 字"),
        (sets_row("elements", 0, choices=[{"code": "a", "name": "x"}]), "不该有选项"),
        (sets_row("elements", 0, type="quantity", unit="parsec"), "单位"),
        (sets_row("departments", 1, connector="fax"), "对接程序"),
        (lambda f: f["elements.yaml"]["elements"].append(f["elements.yaml"]["elements"][0]), "登记了两次"),
        (lambda f: f["calendar/2026.yaml"].update(provisional=True), "暂定"),
        (lambda f: f["calendar/2026.yaml"].update(off=["2026-01-04"]), "既放假又上班"),
        (lambda f: f.update({"calendar/again.yaml": f["calendar/2026.yaml"]}), "两份日历"),
        (lambda f: f["places.yaml"]["centers"][0].update(code="310199001"), "310199001"),
        # shape
        (sets(sumary="x"), "不认识“sumary”"),
        (lambda f: version(f).pop("valid_from"), "缺少“valid_from”"),
        (sets(scope="everywhere"), "不在可选的词里"),
        (sets(limits={"legal_days": "thirty"}), "这里要整数"),
        (sets(limits=[]), "键: 值"),
        (sets(law={"id": "a"}), "列表"),
        (sets(item={"code": "x"}), "不写 item"),
        (sets(fee=[{"item": "x", "amount": "1e9", "basis": "a"}]), "这里要数"),
        (lambda f: version(f)["conditions"][0].update(test={"ge": [{"age": "$birthday"}, 65]}), "birth_date"),
        (lambda f: f.update({"items/gongan/card.yaml": "code: card\n"}), "没有 versions"),
        (lambda f: f.update({"elements.yaml": "- a\n"}), "文件结构"),
        (lambda f: f.update({"items/gongan/card.yaml": "a: &x 1\nb: *x\n"}), "别名"),
        (lambda f: f.pop("places.yaml"), "读不到"),
    ],
)
def test_a_fault_is_said_with_place_and_remedy(tmp_path: Path, change: Change, says: str) -> None:
    found = notes(tmp_path, change)
    hits = [note for note in found if says in note.what + note.mend]
    assert hits, "\n".join(map(str, found))
    assert all(note.mend and note.file for note in found)
    assert hits[0].severity == "error"


def test_the_line_is_the_line_of_the_fault(tmp_path: Path) -> None:
    (note,) = notes(tmp_path, lambda f: version(f)["papers"][0].update(tolerated_days=5))
    file = tmp_path / note.file
    assert file.read_text().splitlines()[note.line - 1].strip() == "tolerated_days: 5"
    assert note.path == "/versions/0/papers/0/tolerated_days"
    assert str(note).startswith("cities/small/items/gongan/card.yaml:")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    def change(files: dict[str, Any]) -> None:
        version(files).update(scope="everywhere", handling="magic", sumary="x")
        files["elements.yaml"]["elements"][3].update(colour="red")

    said = " ".join(note.what for note in notes(tmp_path, change))
    assert all(word in said for word in ("everywhere", "magic", "sumary", "colour"))


def test_a_comma_that_breaks_a_sentence_is_explained(tmp_path: Path) -> None:
    broken = "departments:\n  - {code: gongan, name: {zh: 公安局, 全市统一}, short: 公安}\n"
    found = notes(tmp_path, lambda f: f.update({"departments.yaml": broken}))
    assert any("半角逗号" in note.mend and note.line == 2 for note in found)


def test_a_credential_that_does_not_carry_the_field_is_only_a_warning(tmp_path: Path) -> None:
    def change(files: dict[str, Any]) -> None:
        version(files)["fields"][2]["prefill"] = [{"credential": "id"}]

    (note,) = notes(tmp_path, change)
    assert note.severity == "warning"


def test_a_licence_that_tells_what_its_item_never_asked_is_warned_of(tmp_path: Path) -> None:
    """Later items of a life event would wait for it, and nobody would be asked."""

    def change(files: dict[str, Any]) -> None:
        kinds = {kind["code"]: kind for kind in files["credentials.yaml"]["credentials"]}
        kinds[version(files)["results"][0]["credential"]]["fields"] = ["name", "birth_date"]
        version(files)["fields"] = [one for one in version(files)["fields"] if one["element"] != "name"]

    told = [note for note in notes(tmp_path, change) if "签发时没有" in note.what]
    assert [note.severity for note in told] == ["warning"] and "“姓名”" in told[0].what


def test_a_link_to_elsewhere_is_not_followed(tmp_path: Path) -> None:
    root = write(tmp_path, pieces())
    (root / "items" / "gongan" / "secret.yaml").symlink_to("/etc/passwd")
    found = lint.check(load(root))
    assert [note.what for note in found] == ["不允许使用链接文件"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda s: s["expect"].update(eligible=False), "/expect/eligible"),
        (lambda s: s["expect"].update(eligible="unknown"), "/expect/eligible"),
        (lambda s: s["given"]["answers"].update(birth_date="2000-01-01"), "/expect/failing"),
        (lambda s: s["expect"].update(papers_needed=["proof"]), "/expect/papers_needed"),
        (lambda s: s["given"].update(credentials=[]), "/expect/papers_needed"),
        (lambda s: s["expect"].update(may_follow=["proof"]), "/expect/may_follow"),
        (lambda s: s["expect"].update(handling="310107005"), "/expect/handling"),
        (lambda s: s["expect"].update(handed_over="never"), "/expect/handed_over"),
        (lambda s: s["given"].update(homes={}), "/expect/handling"),
        (lambda s: s["given"].update(homes={"moon": "310107005"}), "/given/homes"),
        (lambda s: s["expect"].update(refused="place.local_elsewhere"), "/expect/refused"),
        (lambda s: s["expect"].update(promised_by="2026-03-31"), "/expect/promised_by"),
        (lambda s: s["expect"].update(provisional=True), "/expect/provisional"),
        (lambda s: s["given"].update(item="moon"), "/given/item"),
        (lambda s: s["given"].update(today="2025-12-31"), "/given/item"),
        (lambda s: s["given"]["answers"].update(shoe=3), "/given/answers/shoe"),
    ],
)
def test_a_situation_that_is_not_met_is_said(tmp_path: Path, change: Change, path: str) -> None:
    found = notes(tmp_path, lambda f: change(f["situations/old.yaml"]))
    assert path in [note.path for note in found], "\n".join(map(str, found))


def test_a_situation_may_expect_a_refusal_and_what_may_follow(tmp_path: Path) -> None:
    def change(files: dict[str, Any]) -> None:
        version(files).update(scope="local")
        situation = files["situations/old.yaml"]
        situation["given"]["answers"]["home"] = "rent"
        situation["expect"] = {
            "eligible": True,
            "may_follow": ["proof"],
            "papers_needed": [],
            "refused": "place.local_elsewhere",
        }

    assert notes(tmp_path, change) == []


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"code": "income", "name": "收入情况", "department": "moon"}, "没有代码为“moon”的部门"),
        ({"code": "income", "name": "收入情况", "department": "gongan"}, "由“gongan”答复,这里写的是“renshe”"),
        ({"code": "other", "name": "别的", "department": "renshe"}, "核验“income”没有名称"),
    ],
)
def test_a_check_has_a_name_to_agree_to_and_one_department(row: dict[str, str], says: str, tmp_path: Path) -> None:
    good = notes(tmp_path / "good", lambda files: files.update({"checks.yaml": {"checks": [CHECK]}}))
    assert good == []
    found = notes(tmp_path / "bad", lambda files: files.update({"checks.yaml": {"checks": [row]}}))
    assert any(says in note.what for note in found), found


CHECK = {"code": "income", "name": "收入情况", "department": "renshe"}
