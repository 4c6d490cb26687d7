"""How is a second factor sent? The same in each body that takes one."""

from typing import Annotated, Any, Self

from fastapi import Depends
from pydantic import StringConstraints, model_validator

from pulsar.base.http import Body, PulsarNode, View
from pulsar.signin.factors import Shown
from pulsar.signin.passkeys import Site

Token = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Credential = dict[str, Any]
"""What navigator.credentials answers, as JSON (WebAuthn, level 3, 5.1)."""


def _site(pulsar: PulsarNode) -> Site:
    return Site.of(pulsar.settings)


OurSite = Annotated[Site, Depends(_site)]


class Factored(Body):
    """One of `code`, `recovery_code` and `credential`."""

    code: Code | None = None
    recovery_code: Code | None = None
    credential: Credential | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(value is not None for value in (self.code, self.recovery_code, self.credential)) > 1:
            raise ValueError("send one of code, recovery_code and credential")
        return self

    @property
    def shown(self) -> Shown:
        return Shown(self.code, self.recovery_code, self.credential)


class OptionsView(View):
    """`public_key` is for the browser's navigator.credentials; `challenge` goes back with what it answers."""

    challenge: str
    public_key: dict[str, Any]
