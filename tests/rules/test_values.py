"""How many values has a body? Counted without reading it, and by texts nobody is misled."""

import json
import time

import pytest

from pulsar.door.values import MOST_VALUES, has_too_many_values


@pytest.mark.parametrize(("number", "too_many"), [(MOST_VALUES, False), (MOST_VALUES + 1, True)])
def test_so_many_values_and_no_more(number: int, too_many: bool) -> None:
    assert has_too_many_values(json.dumps(list(range(number))).encode()) is too_many
    assert has_too_many_values(json.dumps({"details": {str(key): 1 for key in range(number)}}).encode()) is too_many


@pytest.mark.parametrize("text", ["," * 100_000, '",' * 100_000, "\\," * 100_000, '\\",\\\\' * 50_000])
def test_commas_in_texts_are_not_counted(text: str) -> None:
    assert not has_too_many_values(json.dumps({"message": text, "tags": [text]}).encode())


@pytest.mark.parametrize("piece", [b',"', b'",', b'\\",', b'"\\,', b",\\", b'"\\"'])
def test_what_is_no_json_is_counted_as_fast(piece: bytes) -> None:
    began = time.process_time()
    has_too_many_values(piece * (1024 * 1024 // len(piece)))
    assert time.process_time() - began < 0.5
