"""How does Pulsar log? One event a line, JSON where no person is watching, with the request and the organization."""

import logging
import sys
from typing import Any

import structlog

_SECRET_PATHS = ("/api/v1/webhook/", "/api/v1/heartbeat/", "/api/v1/calendar/", "/ack/", "/status/-/", "/unsubscribe/")


def safe_path(path: str) -> str:
    """Some paths have a secret in them; it stays out of the logs."""
    for prefix in _SECRET_PATHS:
        if path.startswith(prefix) and len(path) > len(prefix):
            return f"{prefix}…"
    return path


def configure(level: str, *, as_json: bool) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    # The default formatter shows local variables, and some of them are secrets.
    text: Any = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer = structlog.processors.JSONRenderer() if as_json else text
    if as_json:
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        # Lines below the level are dropped before anything is done for them: there is one for each request.
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Their own lines would repeat ours, or carry addresses with secrets in them.
    for name in ("uvicorn", "httpx", "httpcore", "pgqueuer", "alembic", "asyncio", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
