"""Was it you? After each change to how somebody signs in, and after a sign-in that is unlike those before, a mail tells
them."""

from typing import Any
from uuid import UUID

from pulsar.base.http import Pulsar
from pulsar.people.model import User
from pulsar.signin import mail
from pulsar.signin.mail import Letter

KIND = "warning"

_WORDS = {
    "password": ("Your password was changed", "All other sessions of yours have ended."),
    "email": ("Your sign-in address was changed", "From now on you sign in with {email}, and mails go there."),
    "factor_added": ("A second factor was added to your account", "It is {name}."),
    "factor_removed": ("A second factor was removed from your account", "It was {name}."),
    "codes": ("Your recovery codes were renewed", "Those that you had before are good for nothing now."),
    "signed_in": (
        "Somebody signed in to your account from a new device or place",
        "By {by}, with {device}, from {address}: you had not been signed in so of late.",
    ),
    "code_used": ("Somebody signed in with a recovery code of yours", "That code is spent. {left} are left."),
}
_IF_NOT = (
    'If it was not you, set a new password at once ("Forgot password?" where you sign in), look through your sessions'
    " under Security, and tell those who run Pulsar for you."
)


def letter(what: str, ids: dict[str, Any], link: str) -> Letter:
    title, text = _WORDS[what]
    return Letter(title, f"{text.format(**ids)}\n\n{_IF_NOT}", link, "Security")


async def tell(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.without_org() as tx:
        user = await tx.get(User, UUID(ids["user"]))
    if user:
        link = f"{pulsar.settings.base_url}/me/security"
        await mail.send(pulsar.settings, ids.get("to") or user.email, user.full_name, letter(ids["what"], ids, link))
