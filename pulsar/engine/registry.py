"""Which jobs are there? Those of the domains, by name."""

from collections.abc import Awaitable, Callable
from typing import Any

from pulsar.alerts.jobs import JOBS as ALERT_JOBS
from pulsar.base.http import Pulsar
from pulsar.escalation.jobs import JOBS as ESCALATION_JOBS
from pulsar.notify.jobs import JOBS as NOTIFY_JOBS
from pulsar.oncall.jobs import JOBS as ON_CALL_JOBS
from pulsar.signin.jobs import JOBS as SIGN_IN_JOBS

Handler = Callable[[Pulsar, dict[str, Any]], Awaitable[None]]

HANDLERS: dict[str, Handler] = {**ALERT_JOBS, **ESCALATION_JOBS, **NOTIFY_JOBS, **ON_CALL_JOBS, **SIGN_IN_JOBS}
