"""Why is a request to an incoming token refused?"""

from pulsar.base.errors import Invalid, Problem


class UnknownToken(Problem, status=404):
    """No integration has this token; it may have been deleted."""


class TokenDisabled(Problem, status=403):
    """This integration is switched off."""


class Reread(Problem, status=503):
    """This integration was changed while the payload was read. Send it again."""


class MalformedJson(Problem, status=400):
    """The body is not JSON."""


class UnreadablePayload(Problem, status=422):
    """The body does not have the shape that this integration reads."""


class PayloadTooLarge(Problem, status=413):
    """A request may have 1 MiB at most."""


class MethodNotAllowed(Problem, status=405):
    """Alerts come in by POST."""


class NotSigned(Problem, status=403):
    """This was not signed by who may send here."""


class SignerAway(Problem, status=503):
    """Amazon SNS could not be asked for its certificate, or told that the subscription is wanted."""


class FaultyMapping(Invalid):
    """This mapping cannot be used."""


class NotMapped(Invalid):
    """This kind of integration reads a form of its own. Make one of the kind custom for a mapping."""
