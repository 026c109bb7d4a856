"""The public's way in: found by everyday words, guides that say what to bring and how far to believe it, centers by street."""

import datetime as dt

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.conftest import AT
from tongban.channels.resident.guide import EXAMPLES
from tongban.domain.actor import SYSTEM
from tongban.flows import publish
from tongban.plumbing import clock
from tongban.registers.catalog import queries as catalog

pytestmark = [pytest.mark.django_db(transaction=True)]
city = pytest.mark.usefixtures("shanghai")


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


def body(answer: HttpResponse) -> str:
    return answer.content.decode()


@city
def test_home_says_what_this_is_and_leads_on(client: Client) -> None:
    text = body(client.get("/"))
    for words in (
        "任何窗口，",
        "215 个社区事务受理服务中心",
        "凭编号查进度",
        "我的中心",
        "小孩出生",
        "工作人员登录",
        "08:30",
    ):
        assert words in text
    assert 'href="/login"' in text


def test_home_opens_before_anything_is_published(client: Client) -> None:
    catalog.forget()
    answer = client.get("/")
    assert answer.status_code == 200
    assert "凭编号查进度" in body(answer)
    assert client.get("/items/").status_code == 404


@city
@pytest.mark.parametrize(("words", "code"), [("老人卡", "jinglaoka"), ("没房子住", "lianzu"), ("jlk", "jinglaoka")])
def test_items_are_found_by_everyday_words(client: Client, words: str, code: str) -> None:
    text = body(client.get("/items/", {"q": words}))
    assert f'href="/items/{code}/"' in text
    assert "字面上相近" not in text


@city
def test_what_only_shares_a_word_is_said_to_be_no_more(client: Client) -> None:
    text = body(client.get("/items/", {"q": "养狗证"}))
    assert "没有和“养狗证”正好对应的事项" in text and "962200" in text


@city
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_the_first_page_offers_is_found_in_both_languages(client: Client, language: str) -> None:
    client.cookies["lang"] = language
    for said in EXAMPLES:
        answer = client.get("/items/", {"q": said.in_language(language)})
        assert answer.context["found"], said
    home = client.get("/")
    assert {t.zh for t, _ in home.context["topics"] if not t.en} == set(), "topics that have no English yet"
    assert language == "zh" or ("Senior citizen card" in body(home) and "敬老卡" not in body(home))


@city
def test_only_an_everyday_name_is_told_as_one(client: Client) -> None:
    found = {f.code: f.matched for f in client.get("/items/", {"q": "低保"}).context["found"]}
    # 低收入证明 is found by a sentence of its guide, which is no name of it.
    assert (found["dibao"], found["dishouru_zhengming"]) == ("低保", "")


@city
@pytest.mark.parametrize("words", ["qqqqzzzz", "<script>x</script>", "\x00", "'" * 400, "𠮷" * 50])
def test_nothing_found_says_what_to_do(client: Client, words: str) -> None:
    answer = client.get("/items/", {"q": words})
    assert answer.status_code == 200
    assert "<script>x" not in body(answer)


@city
def test_a_guide_answers_what_people_ask(client: Client) -> None:
    text = body(client.get("/items/jinglaoka/"))
    for words in ("敬老卡申领", "市公安局", "年满65周岁", "居民身份证", "窗口要读卡核对身份", "任何一个社区事务受理服务中心都可以办",
                  "受理后 30 个工作日内办结", "不收费", "沪府发〔2016〕24号", "示例/待核实", "1 趟", "962200"):  # fmt: skip
        assert words in text, words
    assert "verbatim" not in text and "reconstructed" not in text and "310990011001" not in text


@city
def test_scope_is_told_in_plain_words(client: Client) -> None:
    scopes = {v.scope: v.code for v in catalog.listing(AT.date()) if v.receivable}
    assert "不用再跑一趟" in body(client.get(f"/items/{scopes['split']}/"))
    assert "按当地标准落实" in body(client.get(f"/items/{scopes['settle_home']}/"))
    local = body(client.get(f"/items/{scopes['local']}/", {"q": "长寿路"}))
    assert "只能到您" in local
    assert "长寿路街道社区事务受理服务中心" in local


@city
def test_a_closed_item_and_a_guide_only_say_so(client: Client) -> None:
    publish.close_item(SYSTEM, "jinglaoka", reason="系统升级,9月5日恢复", at=AT)
    text = body(client.get("/items/jinglaoka/"))
    assert "目前停止受理" in text
    assert "9月5日恢复" in text
    guide = next(v.code for v in catalog.listing(AT.date()) if not v.receivable)
    assert "只有办事指南" in body(client.get(f"/items/{guide}/"))
    assert client.get("/items/no-such-item/").status_code == 404


@city
def test_every_guide_opens_in_both_languages(client: Client) -> None:
    for version in catalog.listing(AT.date()):
        assert client.get(f"/items/{version.code}/").status_code == 200, version.code
    client.cookies["lang"] = "en"
    text = body(client.get("/items/jinglaoka/"))
    for words in ("What to bring", "Any community service center", "example, to be verified", "65 years old"):
        assert words in text


@city
@pytest.mark.parametrize(("words", "name"), [
    ("长寿路", "长寿路街道社区事务受理服务中心"), ("普陀区长寿路100弄3号", "长寿路街道社区事务受理服务中心"),
    ("古美路街道", "古龙路1139号"), ("莘庄", "莘庄镇社区事务受理服务中心"), ("杨浦区", "四平路街道社区事务受理服务中心"),
])  # fmt: skip
def test_the_center_of_a_street(client: Client, words: str, name: str) -> None:
    text = body(client.get("/centers/", {"q": words}))
    assert name in text
    assert "正在开放" in text


@city
def test_centers_closed_say_when_they_open(client: Client) -> None:
    with clock.fixed(dt.datetime(2026, 9, 1, 9, 0, tzinfo=dt.UTC)):
        text = body(client.get("/centers/", {"q": "古美路"}))
    assert "现在不开放" in text
    assert "下次开放 2026年9月2日 周三 08:30" in text
    assert "没有找到" in body(client.get("/centers/", {"q": "不存在的街"}))
    assert "没有找到" not in body(client.get("/centers/", {"district": "310107"}))
    assert client.get("/centers/", {"district": "%_'\x00"}).status_code == 200


def test_large_letters_are_kept(client: Client) -> None:
    answer = client.post("/letters", {"size": "large", "next": "/progress"})
    assert answer.headers["Location"] == "/progress"
    assert "rs-large" in body(client.get("/progress"))
    client.post("/letters", {"size": "plain", "next": "//evil.example"})
    assert "rs-large" not in body(client.get("/progress"))
    assert client.get("/letters").status_code == 405
