"""What is said when something went wrong? Every error of every layer as a problem document (RFC 9457)."""

from http import HTTPStatus
from typing import Any

import asyncpg
import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from starlette.exceptions import HTTPException

from pulsar.base.errors import Invalid, NotFound, Problem, Unavailable, document

log = structlog.get_logger()

_SCHEMA = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457. `code` names the case; some cases have more members.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "code", "request_id"],
}

_MEDIA_TYPE = "application/problem+json"
# Out of range, NUL in text, NUL in JSON; and 22000, the driver's own, before anything is sent.
_UNSTORABLE = {"22000", "22003", "22008", "22021", "22P05"}


class TooLarge(Problem, status=413):
    """A request may have 1 MiB at most."""


class Refused(Problem):
    """What the framework refuses by itself, such as a method that an address does not have."""

    def __init__(self, error: HTTPException) -> None:
        super().__init__(str(error.detail))
        self.status = error.status_code  # type: ignore[misc]
        self.headers.update(error.headers or {})

    @property
    def code(self) -> str:
        return HTTPStatus(self.status).name.lower()


class Unstorable(Invalid):
    """A value has something in it that cannot be stored: a NUL character, or a number or time out of all bounds."""


class InternalError(Problem, status=500):
    """Something went wrong on our side; the request id leads to it in the log."""


def problem_response(problem: Problem, request_id: str) -> JSONResponse:
    body = document(problem, request_id)
    return JSONResponse(body, problem.status, headers=problem.headers, media_type=_MEDIA_TYPE)


def _as_problem(error: Exception) -> Problem:
    problem: Problem
    match error:
        case Problem():
            return error
        case RequestValidationError():
            problem = Invalid("Some fields do not fit: " + "; ".join(_fields(error)))
            problem.errors = [
                {"field": ".".join(map(str, e["loc"][1:])) or str(e["loc"][0]), "message": e["msg"]}
                for e in error.errors()
            ]
            return problem
        case HTTPException(status_code=404):
            return NotFound("There is nothing at this address.")
        case HTTPException(status_code=413):
            return TooLarge()
        case HTTPException():
            return Refused(error)
        case _ if _sqlstate(error) in _UNSTORABLE:
            return Unstorable()
        case _ if _database_is_away(error):
            return Unavailable()
        case _:
            return InternalError()


def _fields(error: RequestValidationError) -> list[str]:
    return [f"{'.'.join(map(str, e['loc'][1:])) or e['loc'][0]}: {e['msg']}" for e in error.errors()]


def _sqlstate(error: Exception) -> str:
    """From SQLAlchemy, or from the driver where a verb uses it directly."""
    return getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None) or ""


def _database_is_away(error: Exception) -> bool:
    """A lost connection, a full pool, a server that starts or stops; also a deadlock, where trying again helps."""
    if isinstance(error, OSError | TimeoutError | asyncpg.InterfaceError):
        return True
    if isinstance(error, DBAPIError | asyncpg.PostgresError):
        state = _sqlstate(error)
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        return lost or state[:2] in {"08", "40", "53", "57"} or not state
    return isinstance(error, SQLAlchemyError) and "QueuePool" in str(error)


async def answer_error(request: Request, error: Exception) -> JSONResponse:
    problem = _as_problem(error)
    if isinstance(problem, InternalError):
        log.error("request_failed", exc_info=error)
    elif isinstance(problem, Unavailable):
        log.warning("database_away", error=type(error).__name__)
    _let_go(error)
    return problem_response(problem, request.scope.get("request_id", ""))


def _let_go(error: BaseException | None) -> None:
    """An exception holds the frames that it came through, they hold the request, and some of them the exception: such
    a ring, with a body of a megabyte in it, would stay until the garbage collector comes by, which is seldom here."""
    while error:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


def document_problems(description: dict[str, Any]) -> None:
    """In the API's document: whatever else is answered is a problem, a field that does not fit too."""
    schemas = description.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _SCHEMA
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    content = {_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for item in description["paths"].values():
        for operation in item.values():
            responses = operation["responses"]
            if "422" in responses:
                responses["422"] = {"description": "A field does not fit.", "content": content}
            responses.setdefault("default", {"description": "What kept it from being done.", "content": content})
