"""What a page is asked and how it answers: language, templates that escape everything, headers.

A page is a plain function of ``Asked``; it runs in a thread of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import regex
from datasette.app import Datasette
from datasette.utils.asgi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from collect.errors import ConfigurationError, StoreError
from explore.signing import is_same_origin, person_of, signed
from explore.site import Site, site_of
from explore.swap import renew
from explore.words import LANGUAGES, Words
from normalize.sentences import chinese
from store.values import figure_text

LANGUAGE_COOKIE = "nianbao_language"
_YEAR_SECONDS = 365 * 24 * 3600
_UNPRINTABLE = regex.compile(r"[\p{Cs}\p{Bidi_Control}\u2028\u2029]|(?![\t\n\r])\p{Cc}")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of our own pages: no inline script or style, nothing from elsewhere. Should anything of a document ever get past the
escaping, the browser still will not run or fetch it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a page."""

    site: Site
    method: str
    path: str
    query: Mapping[str, str]
    """The first value of each."""
    lists: Mapping[str, list[str]]
    """All values of each."""
    parts: Mapping[str, str]
    """What the address itself names."""
    form: Mapping[str, str]
    words: Words
    person: str | None
    """Who is signed in to write."""
    same_origin: bool
    """Whether a page of this very address asks."""
    csrf: Callable[[], str] = field(repr=False)
    sign: Callable[[str], str] = field(repr=False)
    """Makes the cookie's value for a person who showed the token."""

    @property
    def number(self) -> int:
        """The number that the address names."""
        return int(self.parts["number"])

    @property
    def may_write(self) -> bool:
        """Whether who asks is signed in, and asks from a page of this very address."""
        return self.person is not None and self.same_origin

    def address(self, **changes: str | None) -> str:
        """This address with other values; None leaves one out."""
        values: list[tuple[str, str]] = [
            (name, each) for name, held in self.lists.items() if name not in changes for each in held
        ]
        values += [(name, value) for name, value in changes.items() if value is not None]
        return f"{self.path}?{urlencode(values)}" if values else self.path


Page = Callable[[Asked], Response]


def as_view(page: Page, *, kept: bool = False) -> Callable[..., Awaitable[Response]]:
    """A page as Datasette takes it. Browsers may keep what is ``kept``, though the visitor has cookies."""

    async def view(datasette: Datasette, request: Request) -> Response:
        try:
            form = await request.post_vars() if request.method == "POST" else {}
        except UnicodeDecodeError:
            return Response.text("The form is not in UTF-8.", status=400)
        asked = _asked(datasette, request, form)
        response = await asyncio.to_thread(_answer, page, asked)
        if asked.method == "GET" and (asked.site.is_swapped or site_of(datasette) is not asked.site):
            await asyncio.to_thread(renew, datasette)  # the page may have read from both files
            response = await asyncio.to_thread(_answer, page, _asked(datasette, request, form))
        chosen = request.args.get("lang")
        if chosen in LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR_SECONDS, samesite="lax")
        return response

    return kept_by_browsers(view) if kept else view


def _asked(datasette: Datasette, request: Request, form: Mapping[str, str]) -> Asked:
    site = site_of(datasette)
    chosen = request.args.get("lang")
    language = chosen if chosen in LANGUAGES else request.cookies.get(LANGUAGE_COOKIE, "")
    return Asked(
        site=site,
        method=request.method,
        path=request.path,
        query={name: request.args.get(name) for name in request.args},
        lists={name: request.args.getlist(name) for name in request.args},
        parts=request.url_vars,
        form=form,
        words=Words(language if language in LANGUAGES else LANGUAGES[0]),
        person=person_of(datasette, request, site.token),
        same_origin=is_same_origin(request.headers),
        csrf=request.scope["csrftoken"],
        sign=lambda person: signed(datasette, person, site.token or ""),
    )


def trouble(datasette: Datasette, request: Request, status: int, message: str) -> Response:
    """The page for an address that is none, or for a fault of ours."""
    said = message if status < 500 else "This page failed; the terminal where Nianbao runs says why."
    return rendered(_asked(datasette, request, {}), "error.html", {"message": said, "advice": ""}, status=status)


def _answer(page: Page, asked: Asked) -> Response:
    try:
        return page(asked)
    except (ConfigurationError, StoreError) as error:
        status = 404 if isinstance(error, StoreError) else 400
        return rendered(asked, "error.html", {"message": error.message, "advice": error.advice}, status=status)


def rendered(asked: Asked, template: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
    """A page from a template."""
    text = environment().get_template(template).render(t=asked.words, asked=asked, site=asked.site, asset=asset, **values)
    return Response.html(text, status=status, headers=HEADERS)


HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}


@cache
def environment() -> Environment:
    """The templates. Every value is escaped, and what would reorder or hide the text around it becomes U+FFFD."""
    made = Environment(
        loader=PackageLoader("explore"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"link": outside_link, "figure": figure, "short": short, "chinese": chinese}
    return made


def _finalized(value: Any) -> Any:  # noqa: ANN401 - whatever a template shows
    if isinstance(value, Markup) or not isinstance(value, str):
        return "" if value is None else value
    return visible(value)


def visible(text: str) -> str:
    """The text, as long as before, without characters that control the text around them."""
    return cast("str", _UNPRINTABLE.sub("\ufffd", text))


def outside_link(origin: str) -> str | None:
    """An address that may become a link: of the web, nothing else (``javascript:`` is an address too)."""
    try:
        parts = urlsplit(origin.strip())
    except ValueError:
        return None
    return origin.strip() if parts.scheme.lower() in {"http", "https"} and parts.netloc else None


def figure(value: object) -> str:
    """A number with thin spaces between thousands; nothing for None."""
    if value is None:
        return ""
    text = f"{value:f}" if hasattr(value, "as_tuple") else str(value)
    whole, dot, rest = text.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return sign + (f"{int(digits):,}".replace(",", "\u202f") if digits.isdigit() else digits) + dot + rest


def short(value: Decimal) -> str:
    """A number to two places at most."""
    return figure(Decimal(figure_text(round(value, 2))))


@cache
def static_files() -> Mapping[str, bytes]:
    """Every file of ``explore/static`` by its name there."""
    root = files("explore").joinpath("static")
    found = {each.name: each.read_bytes() for each in root.iterdir() if each.is_file()}
    vendor = root.joinpath("vendor")
    return found | {f"vendor/{each.name}": each.read_bytes() for each in vendor.iterdir() if each.is_file()}


@cache
def asset(name: str) -> str:
    """The address of a static file; it changes with the file, so browsers may keep it."""
    return f"/-/nianbao/static/{name}?v={sha256(static_files()[name]).hexdigest()[:12]}"


_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


def kept_by_browsers(view: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """The view, marked as Datasette marks static files: it leaves their Cache-Control alone though a visitor has cookies."""
    setattr(view, "_datasette_static", True)  # noqa: B010 - a private name of Datasette's
    return view


@kept_by_browsers
async def static(request: Request) -> Response:
    """A static file."""
    name = request.url_vars["name"]
    content = static_files().get(name)
    if content is None:
        return Response.text("not found", status=404)
    headers = {"Cache-Control": "max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(content, headers=headers, content_type=_TYPES.get(name.rpartition(".")[2], "text/plain; charset=utf-8"))
