"""Templates: both languages or no template; parts say states in words; nothing typed becomes markup."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from tongban.channels.shared import gallery, parts
from tongban.channels.shared.icons import ICONS
from tongban.domain.element import Element
from tongban.domain.refusals import Problem
from tongban.domain.text import Text

CHANNELS = Path(__file__).parents[3] / "src" / "tongban" / "channels"
TEMPLATES = sorted(CHANNELS.glob("*/templates/**/*.html"))


def draw(source: str, language: str = "zh-hans", **values: object) -> str:
    with translation.override(language):
        return Template("{% load tongban %}" + source).render(Context(values))


def test_t_speaks_the_language_of_the_page() -> None:
    assert draw('{% t "收件" "Receive" %}') == "收件"
    assert draw('{% t "收件" "Receive" %}', "en") == "Receive"
    assert draw('{% t "还有{n}件" "{n} left" n=n %}', n=3) == "还有3件"
    assert draw('{% t "给{who}" "To {who}" who=who as x %}[{{ x }}]', "en", who="<b>") == "[To &lt;b&gt;]"
    assert draw('{% t "在{place}" "in {place}" place=p %}', "en", p=Text("杨浦", "Yangpu")) == "in Yangpu"
    assert draw('{{ "收件"|en:"Receive" }}', "en") == "Receive"
    assert draw("{% tx x %}|{{ x|text }}", "en", x=Text("收件", "Receive")) == "Receive|Receive"
    assert draw("{% tx x %}", "en", x=Text("只有中文")) == "只有中文"
    assert draw("{% tx x %}", x=None) == ""


@pytest.mark.parametrize(
    "source",
    ['{% t "收件" %}', '{% t "收件" "" %}', '{% t "" "Receive" %}', "{% t %}", '{% t zh "Receive" %}', '{% t "还有{n}" "{n} left" %}'
     .replace("%}", "m=1 %}"), '{% t "a" "b" "c" %}', '{% icon "no-such-icon" %}', '{{ "收件"|en:"" }}'],
)  # fmt: skip
def test_a_forgotten_language_or_place_stops_the_template(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        draw(source)


def test_chinese_stands_in_no_template_without_english_beside_it() -> None:
    assert len(TEMPLATES) > 20
    found = []
    for path in TEMPLATES:
        bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->", "", path.read_text(), flags=re.DOTALL)
        for line in bare.splitlines():
            # The one word that is Chinese on an English page: the name of the other language.
            if re.search(r"[\u4e00-\u9fff]", line.replace('lang="zh-CN">中文<', "")):
                found.append(f"{path.relative_to(CHANNELS)}: {line.strip()[:80]}")
    assert not found, "\n".join(found)


def test_all_templates_compile_and_hold_nothing_inline() -> None:
    from django.template.loader import get_template

    for path in TEMPLATES:
        get_template(str(path.relative_to(next(p for p in path.parents if p.name == "templates"))))
        source = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*src=)|https?://(?!127)", source), path


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_gallery_draws_every_part_in_both_languages(language: str, rf) -> None:
    from django.template.loader import render_to_string

    with translation.override(language):
        page = render_to_string("shared/components.html", {"language": language[:2], **gallery.samples()}, rf.get("/"))
    used = (CHANNELS / "shared/templates/shared/components.html").read_text()
    for part in parts.PARTS:
        assert re.search(rf"{{% {part.__name__} ", used), f"{part.__name__} is not shown in the gallery"
    if language == "en":
        body = re.sub(r'lang="zh-CN">中文<|欧阳[^<"]*', "", page.split("<main")[1])
        assert not re.findall(r"[\u4e00-\u9fff]+", body)


def test_icons_exist_in_the_package() -> None:
    folder = CHANNELS.parents[2] / "node_modules" / "@tabler" / "icons" / "icons" / "outline"
    if not folder.is_dir():
        pytest.skip("npm ci was not run")
    assert [n for n in ICONS if not (folder / f"{n}.svg").exists()] == []
    assert len(set(ICONS)) == len(ICONS)


PHONE = Element("phone", Text("联系电话", "Telephone"), "phone", hint=Text("手机或固定电话", "Mobile or landline"))


def test_field_ties_label_hint_and_error_to_the_input() -> None:
    problem = Problem(
        "code.phone", Text("号码不对", "Wrong number"), "/answers/phone", Text("例如 138…", "Such as 138…")
    )
    page = draw(
        '{% field e "12" problems by="公安" on=d grade="A" %}', e=PHONE, problems=[problem], d=dt.date(2026, 11, 20)
    )
    assert 'for="f-answers-phone"' in page
    assert re.search(
        r'<input[^>]*id="f-answers-phone"[^>]*value="12"[^>]*aria-describedby="f-answers-phone-hint f-answers-phone-error"[^>]*aria-invalid="true"',
        page,
    )
    assert 'id="f-answers-phone-hint"' in page
    assert "号码不对 例如 138…" in page
    assert "来自公安·2026-11-20·A" in page
    assert "aria-invalid" not in draw(
        '{% field e "12" problems %}', e=PHONE, problems=[Problem("x", Text("别处"), "/answers/other")]
    )


HOSTILE = "\"'><script>alert(1)</script>{{ 7 }}\u202e𠮷㐂"


@pytest.mark.parametrize("kind", ["text", "longtext", "name", "phone", "money", "date"])
def test_what_was_typed_comes_back_unchanged_and_harmless(kind: str) -> None:
    page = draw("{% field e v %}", e=Element("x", Text("甲", "A"), kind), v=HOSTILE)  # type: ignore[arg-type]
    assert "<script>" not in page
    import html

    assert HOSTILE in html.unescape(page)


@pytest.mark.parametrize("part", [
    "{% page_header v v %}", "{% pill v %}", "{% notice v %}", "{% stat v v %}", '{% check_row "missing" v v %}', "{% empty v v %}",
    "{% masked v v url='/x' %}", "{% confirm_button v v %}", "{% qr v v %}", "{% refusal p %}", "{% steps s %}", "{% rows s l %}",
    "{% panel title=v %}{% endpanel %}", "{% source v %}", '{% clock "green" note=v %}',
])  # fmt: skip
def test_no_part_lets_markup_through(part: str) -> None:
    page = draw(part, v=HOSTILE, p=[Problem("x", Text(HOSTILE), "/answers/" + HOSTILE)], s=[HOSTILE], l=[[HOSTILE]])
    assert "<script>" not in page
    assert '"><' not in re.sub(r'"[^"<>]*"', '""', page) or "alert(1)<" not in page


def test_choice_keeps_order_and_never_presets_a_boolean() -> None:
    page = draw("{% field e %}", e=gallery.ELEMENTS["living_alone"])
    assert "checked" not in page
    assert draw("{% field e v %}", e=gallery.ELEMENTS["living_alone"], v=False).count("checked") == 1
    picked = draw("{% field e v %}", e=gallery.ELEMENTS["needs"], v=["meal", "walk"])
    assert picked.count("checked") == 2
    assert picked.index("助餐") < picked.index("助浴")


@pytest.mark.parametrize(("source", "zh", "en"), [
    ('{% clock "green" 12 %}', "还有 12 个工作日", "12 working days left"),
    ('{% clock "yellow" 1 %}', "还有 1 个工作日", "1 working day left"),
    ('{% clock "red" 0 %}', "今天到期", "Due today"),
    ('{% clock "red" -1 %}', "已超期 1 个工作日", "1 working day over"),
    ('{% clock "paused" %}', "暂停计时", "Clock paused"),
    ('{% clock "green" %}', "期限待定", "No date yet"),
])  # fmt: skip
def test_clock_says_in_words(source: str, zh: str, en: str) -> None:
    assert zh in draw(source)
    assert en in draw(source, "en")


@pytest.mark.parametrize(("typed", "shown"), [
    ("有三件,都在办;请稍候:马上好?好!", "有三件，都在办；请稍候：马上好？好！"),
    ("材料(原件)交 1 份,其余后补", "材料（原件）交 1 份，其余后补"),
    ("开放时间 08:30-16:30,周末 8:30", "开放时间 08:30-16:30，周末 8:30"),
    ("代码 a:b, c(d)", "代码 a:b, c(d)"), ("金额 1,510.00 元", "金额 1,510.00 元"), ("“姓名”,请填写", "“姓名”，请填写"),
])  # fmt: skip
def test_chinese_has_chinese_punctuation(typed: str, shown: str) -> None:
    assert draw("{% tx x %}", x=Text(typed, "English")) == shown
    assert draw("{% tx x %}", "en", x=Text("中,文", "a, b")) == "a, b"


def test_dates_of_the_city() -> None:
    late = dt.datetime(2026, 11, 19, 16, 30, tzinfo=dt.UTC)
    assert draw("{{ x|day }}|{{ x|moment }}", x=late) == "2026年11月20日 周五|2026-11-20 00:30"
    assert draw("{{ x|day }}", "en", x=dt.date(2026, 11, 20)) == "Fri 20 Nov 2026"
    assert draw("{{ x|day }}|{{ x|moment }}", x=None) == "—|—"


def test_refusal_leads_to_the_fields_and_is_silent_when_all_is_well() -> None:
    page = draw("{% refusal p %}", p=gallery.PROBLEMS)
    assert "有 2 处需要修改" in page
    assert 'href="#f-answers-phone"' in page
    assert draw("{% refusal p %}", p=()).strip() == ""
