"""Who may write: who showed the token that was printed at start, from a page of this very address."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from datasette.app import Datasette
from datasette.utils.asgi import Request
from itsdangerous import BadSignature

COOKIE = "nianbao_reviewer"
_NAMESPACE = "nianbao-reviewer"
LONGEST_NAME = 60


def is_token(given: str, token: str | None) -> bool:
    """Whether it is the token; never where nobody may write."""
    return token is not None and hmac.compare_digest(given.encode(), token.encode())


def signed(datasette: Datasette, person: str, token: str) -> str:
    """The cookie's value for a person who showed the token. Another token makes it worthless."""
    return str(datasette.sign({"person": person, "token": _mark(token)}, _NAMESPACE))


def person_of(datasette: Datasette, request: Request, token: str | None) -> str | None:
    """Who is signed in; None for a visitor."""
    raw = request.cookies.get(COOKIE)
    if not raw or token is None:
        return None
    try:
        held: Any = datasette.unsign(raw, _NAMESPACE)
    except BadSignature:
        return None
    if not isinstance(held, dict) or not hmac.compare_digest(str(held.get("token", "")), _mark(token)):
        return None
    return str(held.get("person") or "") or None


def _mark(token: str) -> str:
    return hmac.new(token.encode(), b"nianbao", "sha256").hexdigest()


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a page of this very address sent it. Browsers say so with everything they post; what says nothing is refused."""
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = headers.get("origin")
    if origin is None:
        return site == "same-origin"
    return str(urlsplit(origin).netloc) == headers.get("host", "") if origin != "null" else False
