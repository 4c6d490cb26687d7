"""How does a page look that stands outside the console? Plain HTML: no session, no cookie, no script, and no request to
anywhere else."""

import hashlib
from base64 import b64encode
from html import escape

from fastapi.responses import HTMLResponse

STYLE = """
:root { color-scheme: light dark; --bg: light-dark(#f6f7f9, #0b0d12); --card: light-dark(#fff, #14171e);
  --line: light-dark(#dfe3ea, #2a303c); --ink: light-dark(#14171d, #e8eaf0); --muted: light-dark(#525b6b, #a6afbf);
  --control: light-dark(#7f8899, #6b7588); --link: light-dark(#1858b8, #85b4ff);
  --ok: light-dark(#177245, #4cc38a); --info: light-dark(#1858b8, #85b4ff);
  --warn: light-dark(#8a6100, #f0b93a); --bad: light-dark(#b84a00, #ff9a52); --worst: light-dark(#b3261e, #ff7b72) }
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: var(--bg); color: var(--ink) }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 3rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem } h2 { font-size: 1.125rem; margin: 2.25rem 0 .75rem }
h3 { font-size: 1rem; margin: 0 } p { margin: .25rem 0 } h1, h3, p, li { overflow-wrap: anywhere }
a { color: var(--link) } .muted, time { color: var(--muted); font-size: .875rem } time { white-space: nowrap }
form { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .5rem } label { flex-basis: 100% }
input { flex: 1 1 12rem; min-width: 0 } input, button { min-height: 44px; font: inherit; padding: 0 .875rem;
  border-radius: 8px; border: 1px solid var(--control); background: var(--card); color: var(--ink) }
button { background: #1858b8; border-color: #1858b8; color: #fff; font-weight: 600; cursor: pointer }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
"""


def headers_for(style: str) -> dict[str, str]:
    """Nothing is let in but this style."""
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'",
        "X-Content-Type-Options": "nosniff",
    }


_HEADERS = headers_for(STYLE) | {"Cache-Control": "no-store"}


def document(title: str, body: str, head: str = "", style: str = STYLE) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">{head}'
        f"<style>{style}</style></head><body><main>{body}</main></body></html>"
    )


def said(title: str, text: str, status: int = 200, button: str = "") -> HTMLResponse:
    """A page of a few words, kept by nobody; the button sends to where the page stands."""
    form = f'<form method="post"><button>{escape(button)}</button></form>' if button else ""
    body = f"<h1>{escape(title)}</h1><p>{escape(text)}</p>{form}"
    return HTMLResponse(document(title, body), status, _HEADERS)
