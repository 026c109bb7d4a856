"""The screens of the pretended real-name service, in Chinese as its residents see them. No script, one style sheet."""

from html import escape

STYLE = """
:root { color-scheme: light; } * { box-sizing: border-box; }
body { margin: 0; font: 1.125rem/1.6 system-ui, "Noto Sans CJK SC", sans-serif; color: #1c2733; background: #f3f5f7; }
header { background: #14532d; color: #fff; padding: .875rem 1.25rem; font-weight: 600; }
main { max-width: 32rem; margin: 0 auto; padding: 1.25rem; } h1 { font-size: 1.5rem; margin: .5rem 0 1rem; } h2 { font-size: 1.125rem; margin: 0 0 .5rem; }
section { background: #fff; border: 1px solid #c9d2da; border-radius: 10px; padding: 1rem 1.25rem; margin-bottom: 1rem; }
label { display: block; font-weight: 600; margin-top: .5rem; } p { margin: .25rem 0 .5rem; } .hint { color: #475563; font-size: 1rem; }
input { width: 100%; font: inherit; min-height: 3rem; padding: .5rem .75rem; border: 1px solid #6b7a88; border-radius: 6px; }
button { font: inherit; font-weight: 600; min-height: 3rem; margin-top: .875rem; padding: .5rem 1.5rem; border: 0; border-radius: 6px; background: #14532d; color: #fff; }
:focus-visible { outline: 3px solid #b45309; outline-offset: 2px; } a { color: #14532d; }
.wrong { background: #fdecea; border-color: #b3261e; } .code { font-size: 2rem; letter-spacing: .25em; font-weight: 700; }
"""


def page(title: str, body: str) -> bytes:
    """One page."""
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><title>{escape(title)} · 市级实名认证（模拟）</title><link rel="stylesheet" href="/realname/style.css">'
        f"</head><body><header>市级实名认证（模拟）</header><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    ).encode()


def _wrong(text: str) -> str:
    return f'<section class="wrong" role="alert"><p>{escape(text)}</p></section>' if text else ""


def ways(name: str, wrong: str = "") -> bytes:
    """The three ways in. Nobody is asked for their face."""
    hidden = f'<input type="hidden" name="request" value="{escape(name)}">'
    return page("请证明是您本人", f"""{_wrong(wrong)}
<section><h2>密码和短信验证码</h2><form method="post" action="/realname/password">{hidden}
<label for="number">身份证号码或手机号</label><input id="number" name="number" autocomplete="username" required maxlength="40">
<label for="password">密码</label><input id="password" name="password" type="password" autocomplete="current-password" required maxlength="100">
<button>下一步</button></form></section>
<section><h2>身份证</h2><p class="hint">把身份证放在本机的读卡器上。</p><form method="post" action="/realname/card">{hidden}
<label for="pin">证件密码（6 位数字）</label><input id="pin" name="pin" type="password" inputmode="numeric" autocomplete="off" required maxlength="12">
<button>用身份证登录</button></form></section>
<section><h2>窗口开具的登录码</h2><p class="hint">没有手机、忘记密码的，任一中心窗口可以当面开具，一天内有效，只能用一次。</p><form method="post" action="/realname/counter">{hidden}
<label for="counter-number">身份证号码</label><input id="counter-number" name="number" autocomplete="off" required maxlength="40">
<label for="counter-code">登录码（10 位）</label><input id="counter-code" name="code" autocomplete="off" autocapitalize="characters" required maxlength="20">
<button>用登录码登录</button></form></section>""")  # fmt: skip


def one_time(name: str, number: str, phone: str, wrong: str = "") -> bytes:
    """The code that was sent to the telephone."""
    return page("请输入短信验证码", f"""{_wrong(wrong)}
<section><p>验证码已发到尾号 {escape(phone[-4:])} 的手机，5 分钟内有效。</p><form method="post" action="/realname/code">
<input type="hidden" name="request" value="{escape(name)}"><input type="hidden" name="number" value="{escape(number)}">
<label for="code">验证码（6 位数字）</label><input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="10">
<button>登录</button></form></section>
<p class="hint">演示：<a href="/realname/phone?number={escape(number)}" target="_blank" rel="noopener">看这部模拟手机</a></p>""")  # fmt: skip


def phone(code: str) -> bytes:
    """What stands on the pretended telephone."""
    said = f'<p>登录验证码</p><p class="code" id="said">{escape(code)}</p>' if code else "<p>没有新的短信。</p>"
    return page("模拟手机", f"<section>{said}</section>")


def over(text: str) -> bytes:
    """Nothing can be done here any more."""
    return page("请回到办事网站重新登录", _wrong(text))
