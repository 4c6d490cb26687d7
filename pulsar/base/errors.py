"""How does a verb say no? One family of errors, which only app.py turns into RFC 9457 problem details."""

import re
from http import HTTPStatus
from typing import Any, ClassVar


class Problem(Exception):
    """The request cannot be carried out."""

    status: ClassVar[int] = 400

    def __init_subclass__(cls, status: int | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if status is not None:
            cls.status = status

    def __init__(self, detail: str | None = None, *, field: str | None = None, **extras: Any) -> None:
        """`detail` replaces the docstring as the sentence for people; `field` names the part of the
        request at fault; `extras` become members of the problem document (RFC 9457, 3.2)."""
        self.detail = detail or " ".join((self.__doc__ or "").split())
        self.errors: list[dict[str, Any]] = [{"field": field, "message": self.detail}] if field else []
        self.headers: dict[str, str] = {}
        self.extras = extras
        super().__init__(self.detail)

    @property
    def code(self) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class NotFound(Problem, status=404):
    """There is nothing with this id here."""


class Invalid(Problem, status=422):
    """A value in the request does not fit."""


class Conflict(Problem, status=409):
    """Somebody else was faster: the object is no longer in the state that this request expects."""


class StaleVersion(Conflict):
    """The object was changed since you read it."""


class NameTaken(Conflict):
    """Another one already has this name."""


class Gone(Problem, status=410):
    """This was good once, and is not any more."""


class NotSignedIn(Problem, status=401):
    """A valid access token is needed."""

    def __init__(self, detail: str | None = None, **extras: Any) -> None:
        super().__init__(detail, **extras)
        self.headers["WWW-Authenticate"] = "Bearer"


class Forbidden(Problem, status=403):
    """Your role in this organization does not allow this."""


class TooManyAttempts(Problem, status=429):
    """Too many attempts; wait a while and try again."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds)
        self.headers["Retry-After"] = str(retry_after_seconds)


class Unavailable(Problem, status=503):
    """The database does not answer at the moment; nothing was done. Try again in a few seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.headers["Retry-After"] = "2"


def document(problem: Problem, request_id: str) -> dict[str, Any]:
    """The RFC 9457 document: `type` is about:blank, so `title` follows the status and `code` names the case."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "request_id": request_id,
    }
    if problem.errors:
        body["errors"] = problem.errors
    return body | problem.extras
