"""Routes of mappings: read, save, and try one on a payload with no effect."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from pulsar.alerts.rules import Action, Priority, Signal
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid
from pulsar.base.http import Body, Name, View, check_version
from pulsar.inbound import actions, mapping, replays
from pulsar.inbound.mapping import LONGEST_TEMPLATE, Item, Unmapped
from pulsar.inbound.model import IncomingToken, Mapping
from pulsar.inbound.problems import MalformedJson
from pulsar.inbound.reading import parsed
from pulsar.inbound.rules import Integration, signal
from pulsar.people.access import AsAdmin, AsViewer

router = APIRouter(prefix="/webhooks/incoming/{token_id}/mapping", tags=["Integrations"])

_MOST_SHOWN = 50
_LONGEST_PAYLOAD = 1024 * 1024

Text = Annotated[str, StringConstraints(max_length=LONGEST_TEMPLATE)]


class MappingDefinition(Body):
    """Each a JMESPath expression, or text with expressions between {{ and }}. Empty: not said."""

    items: Text = ""
    ignore: Text = ""
    close: Text = ""
    acknowledge: Text = ""
    create: Text = ""
    action: Text = ""
    message: Text = ""
    description: Text = ""
    alias: Text = ""
    priority: Text = ""
    source: Text = ""
    entity: Text = ""
    tags: Text = ""
    details: dict[Name, Text] = Field(default_factory=dict, max_length=50)
    priorities: dict[Name, Priority] = Field(default_factory=dict, max_length=50)
    """What a word of the tool's comes to. Upper and lower case are the same."""
    default_priority: Priority | None = None


class MappingChange(Body):
    mapping: MappingDefinition | None
    version: int | None = None


class MappingView(View):
    mapping: MappingDefinition | None
    version: int


class MappingTrial(Body):
    """`payload_id` of one that was kept, or else `payload`."""

    mapping: MappingDefinition
    payload: str | None = Field(None, max_length=_LONGEST_PAYLOAD)
    payload_id: UUID | None = None


class FieldNote(View):
    field: str
    message: str


class TriedItem(View):
    action: Action | None
    """None: it is ignored, and the rest says nothing."""
    alias: str
    """Empty: no two are the same alert."""
    message: str
    description: str
    priority: Priority | None
    source: str
    entity: str
    tags: list[str]
    details: dict[str, str]
    notes: list[FieldNote]
    """What could not be read, and would be missing."""


class MappingTrialView(View):
    items: list[TriedItem]
    """The first fifty."""
    total: int
    error: FieldNote | None
    """Why the payload would be refused, with the field of the mapping that it failed at, or an empty one."""


@router.get("")
async def get_mapping(token_id: UUID, tx: AsViewer) -> MappingView:
    return await _view(tx, await actions.get(tx, token_id))


@router.put("")
async def save_mapping(token_id: UUID, body: MappingChange, tx: AsAdmin) -> MappingView:
    """The whole mapping; null removes it. `version` is the integration's."""
    token = await actions.get(tx, token_id, to_change=True)
    check_version(token.version, body.version, await _view(tx, token))
    await actions.map_by(tx, token, body.mapping.model_dump(mode="json") if body.mapping else None)
    return await _view(tx, token)


@router.post("/preview")
async def preview_mapping(token_id: UUID, body: MappingTrial, tx: AsAdmin) -> MappingTrialView:
    """What alerts this payload would come to. Nothing is saved, and nobody is paged."""
    token = await actions.get(tx, token_id)
    compiled = actions.checked(body.mapping.model_dump(mode="json"))
    try:
        items = mapping.read(compiled, await _payload(tx, token_id, body))
    except Unmapped as error:
        return MappingTrialView(items=[], total=0, error=FieldNote(field=error.field, message=error.message))
    shown = [_tried(item, _integration(token)) for item in items[:_MOST_SHOWN]]
    return MappingTrialView(items=shown, total=len(items), error=None)


async def _view(tx: Transaction, token: IncomingToken) -> MappingView:
    held = await tx.get(Mapping, (tx.org, token.id))
    return MappingView(mapping=MappingDefinition(**held.definition) if held else None, version=token.version)


async def _payload(tx: Transaction, token_id: UUID, body: MappingTrial) -> Any:
    if body.payload_id:
        kept = await replays.payload_of(tx, token_id, body.payload_id)
        if kept.cut:
            raise replays.CutShort
        content = kept.content
    elif body.payload is not None:
        content = body.payload.encode("utf-8", "replace")
    else:
        raise Invalid("Give a payload, or the id of one that was kept.", field="payload")
    try:
        return parsed(content)
    except MalformedJson as problem:
        raise Invalid(problem.detail, field="payload") from None


def _integration(token: IncomingToken) -> Integration:
    default = Priority(token.default_priority) if token.default_priority else None
    tags = tuple(token.default_tags)
    return Integration(token.id, token.name, default, tags, token.team_id, token.escalation_policy_id)


def _tried(item: Item, integration: Integration) -> TriedItem:
    notes = [FieldNote(field=name, message=message) for name, message in item.notes.items()]
    if not item.reading:
        nothing: dict[str, Any] = dict.fromkeys(("alias", "message", "description", "source", "entity"), "")
        return TriedItem(**nothing, action=None, priority=None, tags=[], details={}, notes=notes)
    made: Signal = signal(item.reading, integration, str)
    return TriedItem(
        action=made.action,
        alias=made.alias,
        message=made.message,
        description=made.description,
        priority=made.priority,
        source=made.source,
        entity=made.entity,
        tags=list(made.tags),
        details=made.details,
        notes=notes,
    )
