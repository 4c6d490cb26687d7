"""Which addresses can an endpoint have? HTTP, of a host, without a password in it. Whether Pulsar may go there is asked
when it does."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, HttpUrl, StringConstraints, TypeAdapter, WithJsonSchema

_URL = TypeAdapter(HttpUrl)


def _checked(value: str) -> str:
    url = _URL.validate_python(value)
    if url.username or url.password:
        raise ValueError("may have no user or password in it; send an Authorization header instead")
    if url.fragment:
        raise ValueError("may have no fragment (#) in it")
    return str(url)


def elsewhere(was: str, becomes: str) -> bool:
    """Another host, or the same by another way."""
    old, new = urlsplit(was), urlsplit(becomes)
    return (old.scheme, old.netloc.lower()) != (new.scheme, new.netloc.lower())


_SCHEMA: dict[str, Any] = {"type": "string", "format": "uri", "minLength": 1, "maxLength": 2000}

Address = Annotated[
    str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_checked), WithJsonSchema(_SCHEMA)
]
