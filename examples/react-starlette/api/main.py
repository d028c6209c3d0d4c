"""The team's API. Who asks is in Vigile's access token; no password, cookie or secret ever comes here."""
import os
import re
from datetime import date

from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, SimpleUser
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access_tokens import AccessTokens, InvalidToken, KeysUnavailable
from entries import Entries

ID = re.compile("[0-9]{1,18}", re.ASCII)
tokens = AccessTokens(os.environ["VIGILE_ISSUER"], os.environ["VIGILE_KEYS_URL"])
entries = Entries(os.environ["HOURS_DATABASE"])


def problem(status, code, detail, headers=None):
    """RFC 9457, as Vigile itself answers."""
    body = {"type": "about:blank", "title": code.replace("_", " ").capitalize(), "status": status, "code": code, "detail": detail}
    headers = {"Cache-Control": "no-store", **(headers or {})}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


class SignedIn(AuthenticationBackend):
    """Every request, whatever its path: a route that is added tomorrow is guarded too."""

    async def authenticate(self, conn):
        scheme, _, token = conn.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise AuthenticationError("There is no access token.")
        try:
            # In a thread: it may have to fetch the keys.
            claims = await run_in_threadpool(tokens.verify, token)
        except (InvalidToken, KeysUnavailable) as error:
            raise AuthenticationError(str(error)) from error
        conn.state.claims = claims
        return AuthCredentials(["signed_in"]), SimpleUser(claims["sub"])


def refuse(_conn, error):
    if isinstance(error.__cause__, KeysUnavailable):
        return problem(503, "unavailable", "Try again in a few seconds.", {"Retry-After": "5"})
    return problem(401, "unauthenticated", "Sign in and try again.", {"WWW-Authenticate": "Bearer"})


def fail(_request, error):
    return problem(error.status_code, "not_found" if error.status_code == 404 else "refused", error.detail, error.headers)


def broken(_request, _error):
    """A fault of ours, which uvicorn logs. It closes the connection then: said here, so that nobody's next request is sent on it."""
    return problem(500, "internal_error", "Something went wrong here. Try again.", {"Connection": "close"})


def is_text(value):
    """Half of a surrogate pair, which JSON can hold, is no character: no database takes it."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_entry(body):
    """What a form sent, or ValueError with what to change."""
    fields = body if isinstance(body, dict) else {}
    day, project, hours = fields.get("day"), fields.get("project"), fields.get("hours")
    try:
        # Of ISO 8601 this one form alone: days are sorted as text.
        if date.fromisoformat(day).isoformat() != day:
            raise ValueError
    except (TypeError, ValueError):
        raise ValueError("The day is a date: 2026-11-20.") from None
    if not isinstance(project, str) or not is_text(project) or not 0 < len(project.strip()) <= 60:
        raise ValueError("The project has a name of up to 60 characters.")
    if isinstance(hours, bool) or not isinstance(hours, (int, float)) or not 0 < hours <= 24:
        raise ValueError("A day has up to 24 hours.")
    return day, project.strip(), hours


async def list_entries(request):
    return JSONResponse(await run_in_threadpool(entries.list, request.user.username))


async def add_entry(request):
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        return problem(400, "validation_failed", "The body is JSON.")
    try:
        day, project, hours = read_entry(body)
    except ValueError as error:
        return problem(400, "validation_failed", str(error))
    return JSONResponse(await run_in_threadpool(entries.add, request.user.username, day, project, hours), 201)


async def remove_entry(request):
    entry_id = request.path_params["id"]
    # Longer than any id of SQLite's: there is none.
    found = ID.fullmatch(entry_id) and await run_in_threadpool(entries.remove, request.user.username, int(entry_id))
    return Response(status_code=204) if found else problem(404, "not_found", "There is no such entry.")


async def list_totals(request):
    return JSONResponse(await run_in_threadpool(entries.totals, request.user.username))


async def show_token(request):
    """What this API knows of who asks."""
    claims = request.state.claims
    return JSONResponse({name: claims[name] for name in ("sub", "sid", "iat", "exp")})


app = Starlette(
    routes=[
        Route("/api/entries", list_entries),
        Route("/api/entries", add_entry, methods=["POST"]),
        Route("/api/entries/{id}", remove_entry, methods=["DELETE"]),
        Route("/api/totals", list_totals),
        Route("/api/token", show_token),
    ],
    middleware=[Middleware(AuthenticationMiddleware, backend=SignedIn(), on_error=refuse)],
    exception_handlers={HTTPException: fail, Exception: broken},
)
