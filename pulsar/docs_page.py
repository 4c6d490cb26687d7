"""How does the API read? Its OpenAPI document as one page of HTML, without script, and all from here."""

import html
import json
from collections import defaultdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from pulsar.base.pages import headers_for

router = APIRouter(include_in_schema=False)

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: light-dark(#fff, #0b0d12);
  color: light-dark(#14171d, #e8eaf0) }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
details { border: 1px solid light-dark(#d5d9e0, #2a2f3a); border-radius: 8px; margin: .5rem 0; padding: .5rem .75rem }
summary { cursor: pointer; overflow-wrap: anywhere } code, pre { font: 14px/1.45 ui-monospace, monospace }
pre { overflow: auto; background: light-dark(#f3f4f7, #14171f); padding: .75rem; border-radius: 6px }
.method { display: inline-block; min-width: 4.2rem; font-weight: 700 }
.muted { color: light-dark(#525b6b, #a6afbf) } h2 { margin-top: 2rem } a { color: light-dark(#1858b8, #85b4ff) }
"""
_HEADERS = headers_for(_STYLE)


class _Document:
    """Turns schemas into examples that a person can read."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._schemas = document.get("components", {}).get("schemas", {})

    def example(self, schema: dict[str, Any], depth: int = 0) -> Any:
        if "$ref" in schema:
            return self.example(self._schemas.get(schema["$ref"].rpartition("/")[2], {}), depth + 1)
        if depth > 8:
            return "…"
        if "const" in schema or "enum" in schema:
            return " | ".join(map(str, schema.get("enum", [schema.get("const")])))
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            shown = [self.example(choice, depth + 1) for choice in choices]
            return shown[0] if isinstance(shown[0], dict | list) else " | ".join(dict.fromkeys(map(str, shown)))
        if schema.get("type") == "array":
            return [self.example(schema.get("items", {}), depth + 1)]
        if schema.get("type") == "object" and "properties" in schema:
            needed = set(schema.get("required", []))
            return {
                name + ("" if name in needed else "?"): self.example(field, depth + 1)
                for name, field in schema["properties"].items()
            }
        return schema.get("format") or schema.get("type", "any")

    def block(self, title: str, content: dict[str, Any]) -> str:
        schema = content.get("application/json", {}).get("schema")
        if not schema:
            return ""
        shown = html.escape(json.dumps(self.example(schema), indent=2, ensure_ascii=False))
        return f"<h4>{title}</h4><pre>{shown}</pre>"


def _parameters(operation: dict[str, Any]) -> str:
    rows = [
        f"<li><code>{html.escape(p['name'])}</code> <span class=muted>({p['in']}"
        f"{', required' if p.get('required') else ''})</span> {html.escape(p.get('description', ''))}</li>"
        for p in operation.get("parameters", [])
    ]
    return f"<h4>Parameters</h4><ul>{''.join(rows)}</ul>" if rows else ""


def _operation(shown: _Document, method: str, path: str, operation: dict[str, Any]) -> str:
    success: dict[str, Any] = next((r for status, r in operation["responses"].items() if status.startswith("2")), {})
    body = operation.get("requestBody", {}).get("content", {})
    return (
        f"<details><summary><span class=method>{method.upper()}</span> <code>{html.escape(path)}</code> "
        f"<span class=muted>{html.escape(operation.get('summary', ''))}</span></summary>"
        f"<p>{html.escape(operation.get('description', ''))}</p>{_parameters(operation)}"
        f"{shown.block('Request', body)}{shown.block('Answer', success.get('content', {}))}</details>"
    )


def render(document: dict[str, Any]) -> str:
    shown = _Document(document)
    by_tag: dict[str, list[str]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            by_tag[operation.get("tags", ["Other"])[0]].append(_operation(shown, method, path, operation))
    sections = "".join(f"<h2>{html.escape(tag)}</h2>{''.join(rows)}" for tag, rows in by_tag.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pulsar API</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body><main>'
        f"<h1>Pulsar API {html.escape(document['info']['version'])}</h1>"
        "<p>Send an access token as <code>Authorization: Bearer …</code>; <code>POST /api/v1/auth/login</code> gives "
        "one. Every error is an RFC 9457 problem document. The same as "
        '<a href="/api/v1/openapi.json">OpenAPI document</a>.</p>'
        f"{sections}</main></body></html>"
    )


@router.get("/api/docs")
async def read_docs(request: Request) -> HTMLResponse:
    return HTMLResponse(render(request.app.openapi()), headers=_HEADERS)
