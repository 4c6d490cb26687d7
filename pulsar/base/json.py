"""How is a row's JSON written? By msgspec, many times faster than the standard library, ids and instants included."""

import msgspec

encode = msgspec.json.Encoder().encode


def pack(value: object) -> str:
    return encode(value).decode()
