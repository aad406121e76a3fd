"""Datasette's hooks: our pages, and headers for its own.

The hooks do nothing to a Datasette that ``explore.app`` did not make.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request, Response
from datasette.views.base import DatasetteError

from explore.addresses import addresses
from explore.pages import trouble
from explore.site import is_ours, site_of
from explore.swap import renew

_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of Datasette's own pages, which have inline scripts; still nothing from elsewhere."""


@hookimpl  # type: ignore[untyped-decorator]
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """Our addresses. Datasette asks them before its own."""
    return addresses() if is_ours(datasette) else []


@hookimpl  # type: ignore[untyped-decorator]
def menu_links(datasette: Datasette) -> list[dict[str, str]]:
    """The way back from Datasette's own pages."""
    return [{"href": "/", "label": "年报 Nianbao"}] if is_ours(datasette) else []


@hookimpl(tryfirst=True)  # type: ignore[untyped-decorator]
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> Response | None:
    """A page for an address that is none, and for our own faults."""
    if not is_ours(datasette) or request.path.rpartition("/")[2].endswith(".json") or isinstance(exception, DatasetteError):
        return None
    return trouble(datasette, request, getattr(exception, "status", 500), str(exception))


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper(datasette: Datasette) -> Callable[[Any], Any]:
    """Headers for pages that have none of ours."""

    def wrap(app: Any) -> Any:  # noqa: ANN401 - ASGI
        async def guarded(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:  # noqa: ANN401
            async def send_guarded(message: Any) -> None:  # noqa: ANN401
                if message["type"] == "http.response.start" and is_ours(datasette):
                    message = {**message, "headers": _guarded(list(message.get("headers", ())))}
                await send(message)

            if scope["type"] == "http" and is_ours(datasette) and site_of(datasette).is_swapped:
                await asyncio.to_thread(renew, datasette)
            await app(scope, receive, send_guarded)

        return guarded

    return wrap


def _guarded(headers: list[Any]) -> list[Any]:
    present = {name.lower() for name, _ in headers}
    added = ((b"content-security-policy", _POLICY.encode()), (b"x-content-type-options", b"nosniff"))
    return headers + [each for each in added if each[0] not in present]
