"""The addresses of the pretended real-name service, below ``/realname``: pages for residents, and what the city's server asks."""

import json
from urllib.parse import parse_qsl, urlencode

import msgspec

from tongban.simulated.realname import pages
from tongban.simulated.realname.accounts import Accounts, Locked
from tongban.simulated.realname.provider import BACK_PATH, No, Provider
from tongban.simulated.resident import Resident

NOT_RIGHT = "号码、密码或登录码不正确，或没有读到身份证，请核对后再试。连续 5 次不对将锁定 15 分钟。"


class Reply(msgspec.Struct):
    """What is sent back."""

    status: int
    body: bytes
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = {}


class RealName:
    """Answers by path. ``origin`` is where this service is reached, so that the issuer is what the client was told."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts, self.provider = accounts, Provider()

    def get(self, origin: str, path: str, query: str, authorization: str) -> Reply:
        """A page, a document, or who somebody is."""
        asked, issuer = dict(parse_qsl(query)), f"{origin}/realname"
        try:
            if path == "/.well-known/openid-configuration":
                return _json(200, self.provider.configuration(issuer))
            if path == "/jwks":
                return _json(200, self.provider.jwks())
            if path == "/authorize":
                return _page(pages.ways(self.provider.begin(asked)))
            if path == "/userinfo":
                return _json(200, self.provider.userinfo(authorization))
            if path == "/phone":
                return _page(pages.phone(self.accounts.on_phone(asked.get("number", ""))))
            if path == "/style.css":
                return Reply(200, pages.STYLE.encode(), "text/css; charset=utf-8")
        except No as no:
            return _refused(no, path)
        return _json(404, {"error": "there is nothing here"})

    def post(self, origin: str, path: str, raw: bytes, authorization: str) -> Reply:
        """A form of a page, or what the city's server sends."""
        form = dict(parse_qsl(raw.decode("utf-8", "replace")))
        try:
            if path == "/token":
                return _json(200, self.provider.token(f"{origin}/realname", form, authorization))
            if path == "/counter-codes":
                self.provider.client(authorization)
                return self._issue(form)
            if path in ("/password", "/code", "/card", "/counter"):
                return self._signing_in(path, form)
        except No as no:
            return _refused(no, path)
        return _json(404, {"error": "there is nothing here"})

    def _issue(self, form: dict[str, str]) -> Reply:
        made = self.accounts.issue(form.get("number", ""), form.get("name", ""))
        if made is None:
            return _json(200, {"code": "", "until": 0})
        return _json(200, {"code": made.code, "until": int(made.until)})

    def _signing_in(self, path: str, form: dict[str, str]) -> Reply:
        name, number = form.get("request", ""), form.get("number", "")
        self.provider.asked(name)
        try:
            if path == "/password":
                found = self.accounts.password(number, form.get("password", ""))
                if found is not None:
                    return _page(pages.one_time(name, found.number, found.phone))
                return _page(pages.ways(name, NOT_RIGHT), 401)
            if path == "/code":
                found = self.accounts.one_time(number, form.get("code", ""))
                if found is None:
                    known = self.accounts.who(number)
                    return _page(
                        pages.one_time(name, number, known.phone if known else "", "验证码不正确或已过期。"), 401
                    )
                return self._back(name, found, ("pwd", "otp"))
            if path == "/card":
                found = self.accounts.card(form.get("pin", ""))
                return self._back(name, found, ("sc", "pin")) if found else _page(pages.ways(name, NOT_RIGHT), 401)
            found = self.accounts.counter(number, form.get("code", ""))
            return self._back(name, found, ("counter",)) if found else _page(pages.ways(name, NOT_RIGHT), 401)
        except Locked as locked:
            said = f"连续输错次数过多，为保护您的账户已锁定，请 {locked.minutes} 分钟后再试，或到任一中心窗口办理。"
            return _page(pages.ways(name, said), 429)

    def _back(self, name: str, found: Resident, methods: tuple[str, ...]) -> Reply:
        asked = self.provider.asked(name)
        code = self.provider.grant(name, found, methods)
        return Reply(303, b"", headers={"Location": f"{asked.back}?{urlencode({'code': code, 'state': asked.state})}"})


def _json(status: int, body: dict[str, object]) -> Reply:
    return Reply(status, json.dumps(body).encode(), "application/json", {"Cache-Control": "no-store"})


def _page(body: bytes, status: int = 200) -> Reply:
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self' http://127.0.0.1:* http://localhost:*"
    )
    return Reply(status, body, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store",
                                        "Referrer-Policy": "no-referrer"})  # fmt: skip


def _refused(no: No, path: str) -> Reply:
    if path in ("/token", "/userinfo", "/counter-codes"):
        return _json(no.status, {"error": no.error})
    said = (
        "登录请求已过期。"
        if no.error == "request_over"
        else f"登录请求不正确（{no.error}），应从 {BACK_PATH} 所在的网站开始。"
    )
    return _page(pages.over(said), no.status)
