"""Finding an item: by everything that people type, in a fixed order, quickly, and whatever is typed. The questions are in
questions.yaml; ``pytest -s`` shows the recall."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import cost
from tests.conftest import AT
from tongban.domain.actor import SYSTEM
from tongban.plumbing import clock
from tongban.reads import finder, leaflet
from tongban.reads.everyday import LONGEST, fold, one_meaning, plain, without_asking
from tongban.reads.search import Entry, Hit, ItemIndex

QUESTIONS = yaml.safe_load((Path(__file__).parent / "questions.yaml").read_text(encoding="utf-8"))

CARD = Entry(
    "jinglaoka", "敬老卡申领", ("老人卡", "乘车补贴", "老人坐公交"), ("公安", "市公安局"), ("养老",), "年满65周岁的老人可以申请敬老卡。",
    codes=("310105109000", "GA2011_01"), english="Senior citizen card",
)  # fmt: skip
RELIEF = Entry(
    "dibao", "城乡居民最低生活保障申请", ("低保", "吃低保"), ("民政",), ("救助",), "家庭收入低于标准的居民可以申请。"
)
PROOF = Entry("dibao_zhengming", "低保家庭证明出具", ("低保证明",), ("民政",), ("救助",), "正在享受低保的家庭开证明。")
GUIDE = Entry(
    "dibao_jindu", "低保进度查询", ("低保到哪了",), ("民政",), ("救助",), "查低保办到哪里。", receivable=False
)
LOST = Entry("juzhuzheng_guashi", "居住证挂失", ("居住证丢了",), ("公安",), ("居住",), "居住证丢了当场挂失。")
HARBOUR = Entry("changjiang", "长江港口证", (), ("交通",), (), "港口。")
INDEX = ItemIndex((CARD, RELIEF, PROOF, GUIDE, LOST, HARBOUR))


def first(query: str) -> Hit:
    return INDEX.find(query)[0]


@pytest.mark.parametrize(
    ("query", "code", "why"),
    [
        ("敬老卡申领", "jinglaoka", "name"),
        ("敬老卡", "jinglaoka", "name"),
        ("最低生活保障", "dibao", "name"),
        ("低保", "dibao", "alias"),
        ("jlk", "jinglaoka", "pinyin"),
        ("JLKSL", "jinglaoka", "pinyin"),
        ("ｊｌｋ", "jinglaoka", "pinyin"),
        ("jing lao", "jinglaoka", "pinyin"),
        ("jinglaokashenling", "jinglaoka", "pinyin"),
        ("cjgkz", "changjiang", "pinyin"),
        ("zjgkz", "changjiang", "pinyin"),  # 长 has two readings
        ("310105109000", "jinglaoka", "code"),
        ("ga2011_01", "jinglaoka", "code"),
        ("市公安局", "jinglaoka", "department"),
        ("养老", "jinglaoka", "topic"),
        ("敬劳卡申领", "jinglaoka", "similar"),
        ("居住证挂矢", "juzhuzheng_guashi", "similar"),
        ("居证挂失", "juzhuzheng_guashi", "similar"),
        ("居住证不见了怎么办", "juzhuzheng_guashi", "alias"),
        ("senior card", "jinglaoka", "words"),
        ("我妈想坐公交", "jinglaoka", "alias"),
    ],
)
def test_an_item_is_found_and_says_what_matched(query: str, code: str, why: str) -> None:
    hit = first(query)
    assert (hit.code, hit.why) == (code, why)


def test_the_order_of_what_counts() -> None:
    """Exact name, exact everyday name, beginning of a name, pinyin, everyday name that holds it, words."""
    index = ItemIndex(
        [
            Entry("words", "其他事项甲", (), (), (), "这里说到老年证。"),
            Entry("inside", "其他事项乙", ("补办老年证",)),
            Entry("prefix", "老年证申领"),
            Entry("alias", "其他事项丙", ("老年证",)),
            Entry("exact", "老年证"),
        ]
    )
    assert [h.code for h in index.find("老年证")] == ["exact", "alias", "prefix", "inside", "words"]
    scores = [h.score for h in index.find("老年证")]
    assert scores == sorted(scores, reverse=True)
    pinyin = index.find("lnz")
    assert pinyin[0].code == "exact" and {h.why for h in pinyin} == {"pinyin"}
    assert index.find("老年证")[2].score > pinyin[0].score - 8 > index.find("老年证")[3].score


def test_the_longer_name_in_a_sentence_wins() -> None:
    assert first("学校要低保证明怎么开").code == "dibao_zhengming"
    assert first("低保怎么申请").code == "dibao"


def test_what_can_be_received_goes_before_a_guide_of_the_same_worth() -> None:
    twins = ItemIndex([Entry("a", "建房档案查询", receivable=False), Entry("b", "建房档案打印")])
    assert [h.code for h in twins.find("建房档案")] == ["b", "a"]
    assert twins.find("建房档案查询")[0].code == "a"


def test_nothing_is_found_where_nothing_is_meant() -> None:
    for query in ("", "   ", "？！…", "\x00\x01", "\u200b", "qqqqq", "宇宙飞船"):
        assert INDEX.find(query) == []
    assert ItemIndex(()).find("低保") == []


@pytest.mark.parametrize(
    "query",
    [
        'name:* OR (alias:"', "+低保 -证明 AND NOT", "低保^1e309", '"低保', "低保~99999", "[低 TO 保]", "/.*低保.*/", "低保\\", "'; DROP TABLE--",
        "低\x00保", "\u202e低保", "低保" * 5_000, "a" * 10_000, "ﷺ" * 10_000, "\U0010ffff" * 100, "\ud800低保", "𰻝𬱖㛃", "e\u0301" * 500,
    ],
)  # fmt: skip
def test_hostile_words_are_words(query: str) -> None:
    with cost.at_most(0.5):
        INDEX.find(query)


def test_syntax_and_control_characters_are_looked_through() -> None:
    for query in ('"低保"', "低\x00保", "+低保^99", " 低 保 ", "低保?"):
        assert first(query).code == "dibao", query


@given(st.text(max_size=300))
@settings(deadline=None, max_examples=150)
def test_any_text_gives_the_same_answer_twice(query: str) -> None:
    found = INDEX.find(query, 3)
    assert found == INDEX.find(query, 3)
    assert len(found) <= 3 and all(0 < h.score <= 100 for h in found)
    assert len({h.code for h in found}) == len(found)
    assert len(fold(query)) <= LONGEST


def test_the_index_does_not_depend_on_when_it_was_built() -> None:
    again = ItemIndex(INDEX.entries)
    for asked in QUESTIONS["asked"]:
        assert again.find(asked["ask"]) == INDEX.find(asked["ask"])


def test_words_of_one_meaning() -> None:
    assert one_meaning("居住证不见了") == one_meaning("居住证掉了") == "居住证丢了"
    assert without_asking("请问低保怎么申请呢") == "低保"
    assert without_asking("怎么办") == "怎么办"
    assert "去世" in without_asking("去世")
    assert plain("  Senior\tCARD！ ") == "senior card"


def test_a_large_city_is_searched_in_about_a_millisecond() -> None:
    """1,500 items: building more takes longer than a test should."""
    kinds = (
        "老年",
        "青年",
        "残疾",
        "退役",
        "农村",
        "外来",
        "企业",
        "社区",
        "学生",
        "妇女",
        "医疗",
        "住房",
        "就业",
        "社保",
        "教育",
    )
    acts = ("登记", "变更", "注销", "申领", "补办", "查询", "备案", "年审", "证明", "补贴")
    index = ItemIndex(
        Entry(
            f"i{n}", f"{kinds[n % 15]}{kinds[n // 15 % 10]}{acts[n // 150]}{n}", (f"{kinds[n % 15]}{acts[n % 10]}{n}",)
        )
        for n in range(1_500)
    )
    queries = ("老年补贴怎么申请", "lnbt", "社保登记", "学生教育查询77", "我妈的医疗救助掉了")
    with cost.at_most(0.5):
        for query in queries * 7:
            index.find(query)


@pytest.mark.django_db
@pytest.mark.usefixtures("shanghai")
@pytest.mark.parametrize("part", ["asked", "unseen"])
def test_the_questions_of_residents(part: str) -> None:
    found_at, late = {1: 0, 3: 0, 5: 0}, []
    for question in QUESTIONS[part]:
        hits = [h.code for h in finder.find(SYSTEM, question["ask"], center="", today=clock.city_date(AT), most=5)]
        for k in found_at:
            found_at[k] += any(code in hits[:k] for code in question["item"])
        if not set(question["item"]) & set(hits):
            late.append(question["ask"])
    asked = len(QUESTIONS[part])
    recall = {k: n / asked for k, n in found_at.items()}
    print(f"{part}: {asked} questions, recall " + ", ".join(f"@{k} {r:.3f}" for k, r in recall.items()))
    assert recall[5] >= 0.9 and recall[1] >= 0.8, late


@pytest.mark.django_db
@pytest.mark.usefixtures("shanghai")
def test_every_question_expects_items_that_exist() -> None:
    from tongban.registers.catalog import queries as catalog

    known = {v.code for v in catalog.listing(clock.city_date(AT))}
    meant = {code for part in QUESTIONS.values() for q in part for code in q["item"]}
    assert meant <= known
    assert sum(map(len, QUESTIONS.values())) >= 120


@pytest.mark.django_db
@pytest.mark.usefixtures("shanghai")
def test_every_item_is_found_by_its_name_and_by_every_everyday_name() -> None:
    from tongban.registers.catalog import queries as catalog

    today = clock.city_date(AT)
    for version in catalog.listing(today):
        for said in (version.item.name.zh, *version.item.aliases):
            codes = [h.code for h in finder.find(SYSTEM, said, center="", today=today, most=3)]
            assert version.code in codes, (version.code, said, codes)


@pytest.mark.django_db
@pytest.mark.usefixtures("shanghai")
def test_what_the_city_does_not_offer_is_said_to_be_only_near() -> None:
    """What only shares a word with the question is shown as no more than that; beside a name that was typed it is left out."""
    today = clock.city_date(AT)
    for said in ("养狗证", "助听器", "车子年检"):
        found = leaflet.search(said, today=today)
        assert found and not any(hit.meant for hit in found), said
    named = leaflet.search("绿牌", today=today)
    assert named[0].meant and named[0].score > 90 and all(hit.score >= 0.3 * named[0].score for hit in named)
