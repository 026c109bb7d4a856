"""How people say things, made comparable: half width and small letters, words of one meaning as one word (掉了, 不见了 → 丢了), a
question without its asking words (怎么办, 请问). Used alike on the names of items and on what is typed."""

import re
import unicodedata

import rjieba

LONGEST = 60
_READ = 200  # A question is short; more is not looked at, whatever it is.

# One meaning, several words. The first is the one that is compared; longer words are tried before shorter ones.
_SAME = (
    "老人 老年人 老妈 老爸 我妈 我爸 爸妈 爸爸妈妈 妈妈 爸爸 父母 父亲 母亲 爷爷 奶奶 外公 外婆 老太 老头 长辈",
    "小孩 小孩子 孩子 宝宝 宝贝 小囡 小朋友 娃娃 婴儿 新生儿 儿子 女儿 少儿",
    "丢了 丢掉了 丢失了 丢失 遗失了 遗失 掉了 不见了 没了 弄丢了 弄丢 找不到了 找不到 寻不着 被偷了 被偷 丢掉",
    "外地人 来沪人员 外来人员 外来 非沪籍 非本市户籍 非上海户籍 外省市居民 新上海人 外地户口 外省户口",
    "补贴 补助 津贴 补助金 津贴费 补贴费",
    "失业 下岗 待业 没工作 没有工作 没了工作 丢了工作 被裁员 被裁 裁员 被辞退 辞退 丢工作",
    "去世 过世 死亡 死了 走了 病故 身故 逝世",
    "看病 就医 看医生",
    "到期 过期 快到期",
    "续 续签 签注 延期 延长",
    "注销 销掉 销户 取消",
    "怀孕 有喜 怀宝宝",
    "生孩子 生小孩 生宝宝 生娃",
    "65岁 满65 65周岁 六十五岁 年满65周岁",
    "自己交社保 自己缴社保 自己交金 自缴社保",
    "缴费 交费 缴纳 交钱",
    "困难 贫困 穷",
    "亲属关系 父子 父女 母子 母女",
    "聋人 聋哑人 听障 听力障碍 听不见 听力残疾",
    "盲人 视障 看不见 视力残疾",
    "毕业证 毕业证书 学历证书",
    "驾驶证 驾照",
    "户籍 户口",
    "外省市 外地 外省",
)
_TO = {word: line.split()[0] for line in _SAME for word in line.split()[1:]}
# A word of its own that contains one of the above and must not be cut: 独生子女 is not 子女, 没了 is no 没了解.
_KEEP = ("外地人", "老人", "小孩", "再生育", "失业续登", "续登")
_ONE_MEANING = re.compile("|".join(sorted((*_KEEP, *_TO), key=len, reverse=True)))

_ASKING = (
    "请问一下 请问 我想问 想问 怎么申请 怎么办理 怎么办 怎么弄 怎么搞 怎么开 怎么领 怎么拿 怎么交 怎么查 怎么转 怎么补 怎么 如何 咋办 咋弄 咋 "
    "在哪里办 去哪里办 到哪里办 在哪里 去哪里 到哪里 哪里 在哪 去哪 到哪 哪儿 要带什么 需要什么材料 要什么材料 要哪些手续 什么手续 需要什么 要什么 什么 "
    "哪些 多久 多少钱 多少 能不能 可不可以 可以 能吗 行吗 要不要 需不需要 需要 有没有 是不是 想要 我想 我要 要去 我家 我的 我 你好 帮我 给 办理 办 "
    "申请 开一张 一张 一下 应该 应当 手续 吗 呢 啊 呀 吧 的 了 去 在 要 能 想 有"
)
_ASK = re.compile("|".join(sorted({a for a in _ASKING.split() if len(a) > 1}, key=len, reverse=True)))
# A single character asks only where it stands as a word: 去 in 去哪里, not in 去世.
_ASK_ALONE = frozenset(a for a in _ASKING.split() if len(a) == 1)


def plain(text: str) -> str:
    """Half width, small letters, nothing but letters, digits and characters, with one space where there was something else;
    at most ``LONGEST`` characters of it."""
    half = unicodedata.normalize("NFKC", text[:_READ]).casefold().replace("ü", "v")
    return " ".join("".join(c if c.isalnum() else " " for c in half).split())[:LONGEST].strip()


def fold(text: str) -> str:
    """How names and queries are compared: ``plain`` without the spaces."""
    return plain(text).replace(" ", "")


def one_meaning(folded: str) -> str:
    """The same with words of one meaning made one word."""
    return _ONE_MEANING.sub(lambda m: _TO.get(m[0], m[0]), folded)


def without_asking(folded: str) -> str:
    """What is left of a question when the asking is taken away; the whole when nothing would be left."""
    return "".join(w for w in rjieba.cut(_ASK.sub("", folded)) if w not in _ASK_ALONE) or folded


def words(folded: str) -> list[str]:
    """The words of a text as the dictionary cuts them, without single characters."""
    return [w for w in rjieba.cut(folded) if len(w) > 1]


def terms(folded: str) -> set[str]:
    """What a text is compared by: its words, the pairs of neighbouring characters (a word that the dictionary cuts otherwise is
    still met) and its characters."""
    return {*folded, *(folded[i : i + 2] for i in range(len(folded) - 1)), *words(folded)}
