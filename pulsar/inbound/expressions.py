"""What does an expression of a mapping come to? JMESPath by its own library, and every step of it is paid for from a
purse that the payload comes with: so whatever somebody writes ends, soon, and in little memory. No I/O, no clock.

JMESPath has no loops, but a value can be written twice, and the pair twice again. So what an expression builds is paid
for by its size before it is used: see docs/decisions/0016-mappings.md.
"""

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jmespath import compile as parse
from jmespath.exceptions import (
    EmptyExpressionError,
    IncompleteExpressionError,
    JMESPathError,
    JMESPathTypeError,
    LexerError,
    ParseError,
)
from jmespath.functions import Functions, signature
from jmespath.visitor import Options, TreeInterpreter

LONGEST = 1000
MOST_STEPS = 100_000
_DEEPEST = 50
_UNIT = 64  # characters that cost a step


class Fault(Exception):
    """What is wrong with an expression, and at which of its characters, from 0 on."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.message, self.position = message, position


class Failed(Exception):
    """The expression fits, but not to this payload. The text says why."""


class TooMuch(Exception):
    """This mapping has too much to do with this payload."""


@dataclass(frozen=True)
class Expression:
    tree: dict[str, Any]


def compiled(text: str) -> Expression:
    """Raises Fault."""
    if len(text) > LONGEST:
        raise Fault(f"an expression has {LONGEST} characters at most", LONGEST)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = parse(text).parsed
    except EmptyExpressionError:
        raise Fault("the expression is empty") from None
    except LexerError as error:
        raise Fault(f"{error.message} at character {error.lexer_position + 1}", error.lexer_position) from None
    except IncompleteExpressionError:
        raise Fault("the expression ends too early", len(text)) from None
    except ParseError as error:
        position = error.lex_position
        if not error.token_value:
            raise Fault("the expression ends too early", position) from None
        raise Fault(f"“{error.token_value}” at character {position + 1} does not belong there", position) from None
    except Warning:
        raise Fault("write text in single quotes: 'text'", max(text.find("`"), 0)) from None
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise Fault("this is no JMESPath expression") from None
    _check(tree, text)
    return Expression(tree)


def _check(tree: dict[str, Any], text: str) -> None:
    """The library finds these only when it comes to them."""
    rest = [(tree, 1)]
    meant: list[int] = []
    while rest:
        node, depth = rest.pop()
        if depth > _DEEPEST:
            raise Fault("the expression is nested too deeply")
        if node["type"] == "function_expression":
            _check_call(node, text)
            meant += [id(child) for child in _expected(node) if child["type"] == "expref"]
        if node["type"] == "expref" and id(node) not in meant:
            raise Fault("& stands only before what a function is to do with each item", max(text.find("&"), 0))
        rest.extend((child, depth + 1) for child in node.get("children", ()) if isinstance(child, dict))


def _expected(call: dict[str, Any]) -> list[dict[str, Any]]:
    """What stands where the function wants an expression."""
    wanted = _Functions.FUNCTION_TABLE[call["value"]]["signature"]
    return [child for child, one in zip(call["children"], wanted, strict=False) if "expref" in one["types"]]


def _check_call(node: dict[str, Any], text: str) -> None:
    name, given = node["value"], len(node["children"])
    known = _Functions.FUNCTION_TABLE.get(name)
    position = max(text.find(f"{name}("), 0)
    if not known:
        raise Fault(f"there is no function {name}()", position)
    wanted = len(known["signature"])
    variadic = wanted > 0 and known["signature"][-1].get("variadic", False)
    if given < wanted or (given > wanted and not variadic):
        raise Fault(f"{name}() takes {wanted}{' or more' if variadic else ''}, not {given}", position)


class _Functions(Functions):
    """The library's, and a few for text. Of `root` an item of a list reaches what stands around the list."""

    def __init__(self, payload: Any) -> None:
        self.payload = payload

    @signature()
    def _func_root(self) -> Any:
        return self.payload

    @signature({"types": ["string"]})
    def _func_lower(self, text: str) -> str:
        return text.lower()

    @signature({"types": ["string"]})
    def _func_upper(self, text: str) -> str:
        return text.upper()

    @signature({"types": ["string"]})
    def _func_trim(self, text: str) -> str:
        return text.strip()

    @signature({"types": ["string"]}, {"types": ["string"]})
    def _func_split(self, text: str, separator: str) -> list[str]:
        return text.split(separator) if separator else [text]

    @signature({"types": ["string"]}, {"types": ["string"]}, {"types": ["string"]})
    def _func_replace(self, text: str, old: str, new: str) -> str:
        return text.replace(old, new) if old else text


class Reader(TreeInterpreter):
    """Evaluates expressions over one payload, out of one purse."""

    def __init__(self, payload: Any, steps: int = MOST_STEPS) -> None:
        super().__init__(Options(custom_functions=_Functions(payload)))
        self._left = steps

    def value(self, expression: Expression, at: Any) -> Any:
        """Raises Failed and TooMuch."""
        try:
            return self.visit(expression.tree, at)
        except JMESPathTypeError as error:
            raise Failed(_mismatch(error)) from None
        except RecursionError:
            raise Failed("the payload is nested too deeply") from None
        except (JMESPathError, ValueError, TypeError, OverflowError, ArithmeticError):
            raise Failed("the expression does not fit what stands there") from None

    def text(self, value: Any) -> str:
        """Text as it is, nothing as nothing, anything else as JSON."""
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        self.pay(self.weight(value))
        try:
            return json.dumps(value, ensure_ascii=False)
        except (ValueError, RecursionError):
            raise Failed("a value is too large to be written as text") from None

    def pay(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise TooMuch

    def weight(self, value: Any) -> int:
        """How large a value would be if everything in it stood there once for each time that it is mentioned."""
        total, rest = 0, [value]
        while rest:
            part = rest.pop()
            total += 1
            if isinstance(part, str):
                total += len(part) // _UNIT
            elif isinstance(part, list | dict):
                if total + len(rest) + len(part) > self._left:
                    raise TooMuch
                if isinstance(part, dict):
                    total += sum(map(len, part)) // _UNIT
                    rest.extend(part.values())
                else:
                    rest.extend(part)
        return total

    def visit(self, node: dict[str, Any], value: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise TooMuch
        return _VISITS[node["type"]](self, node, value)

    def visit_flatten(self, node: dict[str, Any], value: Any) -> Any:
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        self.pay(sum(len(part) if isinstance(part, list) else 1 for part in base))
        return [part for element in base for part in (element if isinstance(element, list) else (element,))]

    def visit_slice(self, node: dict[str, Any], value: Any) -> Any:
        self.pay(len(value) if isinstance(value, list) else 0)
        return super().visit_slice(node, value)

    def visit_multi_select_list(self, node: dict[str, Any], value: Any) -> Any:
        built = super().visit_multi_select_list(node, value)
        self.pay(self.weight(built))
        return built

    def visit_multi_select_dict(self, node: dict[str, Any], value: Any) -> Any:
        built = super().visit_multi_select_dict(node, value)
        self.pay(self.weight(built))
        return built

    def visit_comparator(self, node: dict[str, Any], value: Any) -> Any:
        operator = node["value"]
        left, right = (self.visit(child, value) for child in node["children"])
        for side in (left, right):
            if isinstance(side, list | dict) or (isinstance(side, str) and len(side) > _UNIT):
                self.pay(self.weight(side))
        if operator in self._EQUALITY_OPS or _comparable(left, right):
            return self.COMPARATOR_FUNC[operator](left, right)
        return None

    def visit_function_expression(self, node: dict[str, Any], value: Any) -> Any:
        given = [self.visit(child, value) for child in node["children"]]
        self.pay(_PRICES.get(node["value"], _shallow)(self, given))
        return self._functions.call_function(node["value"], given)


_VISITS: dict[str, Callable[[Reader, dict[str, Any], Any], Any]] = {
    name.removeprefix("visit_"): getattr(Reader, name) for name in dir(Reader) if name.startswith("visit_")
}


def _comparable(left: Any, right: Any) -> bool:
    """Numbers with numbers, text with text; true and false are neither."""
    numbers = all(isinstance(side, int | float) and not isinstance(side, bool) for side in (left, right))
    return numbers or (isinstance(left, str) and isinstance(right, str))


def _shallow(_: Reader, given: list[Any]) -> int:
    return 1 + sum(len(one) // (_UNIT if isinstance(one, str) else 1) for one in given if hasattr(one, "__len__"))


def _deep(reader: Reader, given: list[Any]) -> int:
    return sum(reader.weight(one) for one in given)


def _joined(reader: Reader, given: list[Any]) -> int:
    separator, parts = given
    between = len(separator) * len(parts) // _UNIT if isinstance(separator, str) and isinstance(parts, list) else 0
    return between + _deep(reader, given)


def _pieces(reader: Reader, given: list[Any]) -> int:
    text, separator = given
    pieces = text.count(separator) if isinstance(text, str) and isinstance(separator, str) and separator else 0
    return pieces + _deep(reader, given)


def _replaced(reader: Reader, given: list[Any]) -> int:
    text, old, new = given
    grown = text.count(old) * len(new) // _UNIT if all(isinstance(one, str) for one in given) and old else 0
    return grown + _deep(reader, given)


_PRICES: dict[str, Callable[[Reader, list[Any]], int]] = {
    "to_string": _deep,
    "contains": _deep,
    "sort": _deep,
    "max": _deep,
    "min": _deep,
    "join": _joined,
    "split": _pieces,
    "replace": _replaced,
}

_KINDS = {"null": "nothing", "array": "a list", "object": "an object", "string": "text", "number": "a number"}


def _mismatch(error: JMESPathTypeError) -> str:
    kinds = [kind.partition("-") for kind in error.expected_types]
    wanted = [f"{_KINDS.get(kind, kind)}{f' of {inner}s' if inner else ''}" for kind, _, inner in kinds]
    got = {"NoneType": "null", "str": "string", "list": "array", "dict": "object"}.get(error.actual_type, "")
    kind = got or error.actual_type
    return f"{error.function_name}() needs {' or '.join(wanted)}, and there is {_KINDS.get(kind, kind)}"
