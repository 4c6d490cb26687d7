"""Do the pages say what the program does? Settings, links, commands, metrics and events can be compared."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

import pulsar.app  # noqa: F401 - and with it every metric and every event
from pulsar import cli, settings
from pulsar.base.events import Event
from pulsar.inbound import source
from pulsar.notify import channel

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")])

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"^```\w*\n(.*?)^```$|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def code_in(page: Path) -> str:
    """What stands in fences and between backticks, a line for each."""
    return "\n".join(fenced or inline for fenced, inline in _CODE.findall(page.read_text()))


def named(pattern: str) -> set[str]:
    """Everything that the code on any page matches."""
    return {name for page in PAGES for name in re.findall(pattern, code_in(page), re.MULTILINE)}


def anchors(page: Path) -> set[str]:
    """As GitHub makes them out of headings."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def first_cells(page: str, chapter: str) -> set[str]:
    """What stands between backticks in the first cells of the chapter's tables."""
    text = (ROOT / page).read_text().partition(f"\n## {chapter}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def leaves(event: type[Event]) -> Iterator[type[Event]]:
    for kind in event.__subclasses__():
        yield from leaves(kind) if kind.__subclasses__() else (kind,)


def test_the_page_of_settings_is_the_one_that_the_code_makes() -> None:
    page = (ROOT / "docs/settings.md").read_text()
    assert page == settings.page(), "run: python -m pulsar.settings > docs/settings.md"


def test_the_page_for_operators_says_of_each_setting_what_it_forgets() -> None:
    forgetting = {f"PULSAR_{name.upper()}" for name in settings.Settings.model_fields if name.startswith("keep_")}
    assert first_cells("docs/operating.md", "What is forgotten") == forgetting


def test_no_page_names_a_setting_that_there_is_not() -> None:
    known = {f"PULSAR_{name.upper()}" for name in settings.Settings.model_fields}
    # With a dollar it may be a reader's own variable.
    assert named(r"(?<![$\w])PULSAR_[A-Z_]+\b") - known == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(_FENCE.sub("", page.read_text())):
        path, _, anchor = link.partition("#")
        if re.match(r"\w+:", path):
            continue
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    used = named(r"(?:^|[ =])make ([a-z]+)\b")
    assert "test" in used, "this test does not find the targets"
    assert used - targets == set()


def test_every_command_that_a_page_names_exists() -> None:
    used = named(r"(?:^|bin/)pulsar ([a-z]+(?:-[a-z]+)*)\b")
    assert "serve" in used, "this test does not find the commands"
    assert used - set(cli.main.commands) == set()


def test_the_page_for_operators_explains_every_metric_and_no_other() -> None:
    metrics = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in REGISTRY.collect()
        if family.name.startswith("pulsar_")
    }
    assert first_cells("docs/operating.md", "Metrics") == metrics


def test_the_page_for_operators_explains_every_event_in_the_log_and_no_other() -> None:
    logged = {
        name
        for file in (ROOT / "pulsar").rglob("*.py")
        for name in re.findall(r"\b(?:(?:log\.[a-z]+|say)\(\s*|lost=)\"([a-z_]+)\"", file.read_text())
    }
    assert first_cells("docs/operating.md", "Logs") == logged


def test_the_page_of_the_api_lists_every_type_of_event_and_no_other() -> None:
    types = {event.type for event in leaves(Event) if event.__module__.startswith("pulsar.")}
    assert len(types) > 20, "this test does not find the events"
    assert first_cells("docs/api.md", "Event types") == types


def test_every_event_of_an_edit_says_what_was_before_and_after() -> None:
    edits = [event for event in leaves(Event) if event.type.endswith((".updated", "_changed"))]
    assert len(edits) > 10, "this test does not find the events"
    assert [event.type for event in edits if "changes" not in event.__dataclass_fields__] == []


def test_every_kind_of_integration_and_of_channel_has_its_place_in_the_docs() -> None:
    assert {page.stem for page in (ROOT / "docs/integrations").glob("*.md")} == set(source.registry())
    headings = anchors(ROOT / "docs/notifications.md")
    assert {f"{kind.title} {kind.reach}".lower().replace(" ", "-") for kind in channel.registry().values()} <= headings
