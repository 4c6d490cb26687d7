"""What does a mail's subject say: which alert is it about, is it over, and how urgent is it? No I/O, no clock.

A close too many is a page lost, and one too few is a line that somebody closes by hand: so a word that means "over"
counts only where tools put it, and not beside a word of doubt."""

import re

from pulsar.alerts.rules import Priority
from pulsar.inbound.severity import severity

# "Recovery point missed" is no tool's way to say that it is over; RECOVERY is Nagios's.
_SURE = r"resolved|recovered|(?-i:RECOVERY)|cleared|restored|succeeded|back to normal"
_OVER = rf"{_SURE}|ok|okay|up|normal|closed|green|fixed|healthy|successful|success"
_OPEN = (
    r"problem|critical|crit|warning|warn|error|errors|alert|alerts|alarm|alarms|alerting|firing|fired|triggered|trigger|"
    r"down|failed|failing|failure|fail|fatal|emergency|disaster|unknown|unreachable|acknowledgement|acknowledged|reminder|"
    r"broken|degraded|high|low|info|insufficient_data|recovery"
)
_FILLER = r"is|are|was|were|has|have|been|be|back|now|again|still|to|state|status"
_REPLY = re.compile(r"\s*(?:(?:re|fw|fwd|aw|wg|sv|vs|antw|tr|rv)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_HEAD = re.compile(r"\s*\[([^\]]*)\]\s*|[^\w\[]+")
_COUNTED = re.compile(r"(?<=[a-z])[:\s]+\d+(?=\])", re.IGNORECASE)
_LASTED = re.compile(rf"\b({_SURE})\s+(?:in|after)\s+(?:\d+\s*[a-z]*\s*)+(?=:)", re.IGNORECASE)
_WORD = re.compile(r"[\w@.%+/\\:-]+")
_STATE = re.compile(rf"(?:{_OVER}|{_OPEN}|{_FILLER})", re.IGNORECASE)

_IN_BRACKETS = re.compile(rf"(?:recovery|{_OVER})(?::\s*\d+)?", re.IGNORECASE)
_FIRST = re.compile(rf"(?:{_OVER})\s*(?:[:|!–—]|-\s|$)(?!\s*[>→])", re.IGNORECASE)
_FIRST_SURE = re.compile(rf"(?:{_SURE})(?:\s+(?:in|after)\s[^:]{{1,40}}:|\s+(?:host|service)\s+alert\b)", re.IGNORECASE)
_FIRST_ALONE = re.compile(rf"(?:{_SURE})\b", re.IGNORECASE)
_IN_THE_MIDDLE = re.compile(rf"\bis\s+(?:now\s+|back\s+)*(?:{_OVER})\s*:", re.IGNORECASE)
_LAST = re.compile(
    # Not "backup", and not what somebody failed "to back up".
    r"(?:(?:\b(?:is|are|now|(?<!\bto )back|state|status|been|was|were)\s+|(?:->|→|=>|[:(|])\s*)"
    rf"(?:{_OVER})|\b(?:{_SURE}))[\W_]*$",
    re.IGNORECASE,
)
# Monit says what happened first, and of what last.
_MONIT_OVER = re.compile(
    r"monit alert -- +(?:exists|link up|timeout recovery|(?:(?!failed|matched)\w+ ){1,3}succeeded)\b", re.IGNORECASE
)
_MONIT_SAYS = re.compile(
    r"(?<=monit alert --)(?: +does not exist\b| +exists\b|( +[\w ]{1,30}?) matched\b)", re.IGNORECASE
)
_DOUBT = re.compile(
    r"\b(?:not|no|never|cannot|unable|without|until|if|when|could|should|please|must|pending|isn|wasn|doesn|didn|couldn|can)\b",
    re.IGNORECASE,
)
_FAILING = re.compile(r"\b(?:fail\w*|error\w*)\b", re.IGNORECASE)
_LEVEL = re.compile(r"\bP[1-5]\b")
_URGENT = re.compile(r"\b(critical|crit|emergency|fatal|disaster|warning|warn)\b", re.IGNORECASE)
_ALIKE = {"crit": "critical", "fatal": "critical"}
LONGEST = 1000


def plain(subject: str) -> str:
    """Without what mail programs put before it, in one line."""
    text = " ".join(subject.split())[:LONGEST]
    found = _REPLY.match(text)
    return text[found.end() :] if found else text


def stem(subject: str) -> str:
    """What the subjects of an alert's beginning and end have in common; "" when they say nothing but how it stands."""
    text = _COUNTED.sub("", _LASTED.sub(r"\1", _MONIT_SAYS.sub(r"\1", plain(subject))).lower())
    words = (word.strip(".:+/\\-") for word in _WORD.findall(text))
    return " ".join(word for word in words if word and not _STATE.fullmatch(word))


def is_over(subject: str) -> bool:
    rest, brackets = _opened(plain(subject))
    if _MONIT_OVER.match(rest):
        return True
    if any(_IN_BRACKETS.fullmatch(text.strip()) for text in brackets):
        return True
    if _FIRST.match(rest) or _FIRST_SURE.match(rest):
        return True
    if _DOUBT.search(rest):
        return False
    if _FIRST_ALONE.match(rest) and not _FAILING.search(rest):
        return True
    return bool(_IN_THE_MIDDLE.search(rest) or _LAST.search(rest))


def urgency(subject: str) -> Priority | None:
    """P1 to P5 is said on purpose; otherwise the first word that nobody uses for anything else."""
    text = plain(subject)
    if found := _LEVEL.search(text):
        return Priority(found[0])
    word = _URGENT.search(text)
    return severity(_ALIKE.get(word[0].lower(), word[0])) if word else None


def _opened(text: str) -> tuple[str, list[str]]:
    """The text after all brackets and signs that it begins with, and what stands in those brackets."""
    brackets, place = [], 0
    while found := _HEAD.match(text, place):
        if found[1] is not None:
            brackets.append(found[1])
        place = found.end()
    return text[place:], brackets
