"""How does the status page look? Plain HTML, without script and without a request to anywhere else. No I/O."""

from datetime import datetime
from html import escape

from pulsar.base.pages import STYLE as PLAIN
from pulsar.base.pages import document, headers_for
from pulsar.statuspage.reading import Shown
from pulsar.statuspage.rules import WORDS, Component, Days, Notice, Told, by_day, grouped, overall

_STYLE = (
    PLAIN
    + """
.ways { margin: .375rem 0 0 } .ways a { display: inline-block; padding: .375rem 0; margin-right: 1rem }
.text { white-space: pre-line } ul { list-style: none; margin: 0; padding: 0 }
.overall, .card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem }
.overall { margin-top: 1.5rem; font-size: 1.125rem; font-weight: 600; border-left: 6px solid currentColor }
.card + .card { margin-top: .75rem } .group { font-weight: 600; margin: 1.25rem 0 .5rem }
.card li + li { border-top: 1px solid var(--line) }
.component { display: flex; flex-wrap: wrap; gap: .125rem 1rem; justify-content: space-between; padding: .625rem 0 }
.components { padding: .25rem 1rem } .component > div { min-width: 0; flex: 1 1 14rem }
.state { font-weight: 600; white-space: nowrap } .state::before { content: "● " }
.operational { color: var(--ok) } .maintenance { color: var(--info) } .degraded { color: var(--warn) }
.partial_outage { color: var(--bad) } .major_outage { color: var(--worst) }
.updates li { padding: .75rem 0 } .updates { margin-top: .5rem } .updates li:last-child { padding-bottom: 0 }
.day { padding: .75rem 0; border-top: 1px solid var(--line) } .day > h3 { margin-bottom: .5rem }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem }
"""
)
HEADERS = headers_for(_STYLE)


def page(shown: Shown, now: datetime) -> str:
    current = [one for one in shown.notices if not one.over]
    worst, said = overall((one.state for one in shown.components), bool(current))
    tone = "degraded" if current and worst == "operational" else worst
    feed = f"/status/{shown.slug}/feed.atom"
    parts = [
        f"<h1>{escape(shown.title)}</h1>",
        f'<p class="muted text">{escape(shown.description)}</p>' if shown.description else "",
        f'<p class="muted ways">{_ways(feed, shown.mails)}</p>',
        f'<p class="overall {tone}" role="status">{said}</p>',
        _current(current),
        _components(shown.components),
        "<h2>Past 90 days</h2>",
        *(_days(days) for days in by_day(shown.notices, now)),
        _subscribe(shown.slug) if shown.mails else "",
        '<footer class="muted">All times are in UTC.</footer>',
    ]
    head = f'<link rel="alternate" type="application/atom+xml" title="{escape(shown.title)}" href="{feed}">'
    return document(f"{shown.title}: {said}", "".join(parts), head, _STYLE)


def _ways(feed: str, mails: bool) -> str:
    """How to hear of it without looking: up here, as the history below can be long."""
    mail = '<a href="#mail">Be told by mail</a> ' if mails else ""
    return f'{mail}<a href="{feed}">Feed (Atom)</a>'


def _subscribe(slug: str) -> str:
    return (
        f'<h2 id="mail">By mail</h2><form method="post" action="/status/{slug}/subscribe">'
        '<label for="email">E-mail address</label><input id="email" name="email" type="email" required '
        'maxlength="254" autocomplete="email"><button>Subscribe</button></form>'
        '<p class="muted">You get a mail first that asks whether it was you.</p>'
    )


def _current(notices: list[Notice]) -> str:
    if not notices:
        return ""
    return "<h2>Now</h2>" + "".join(f'<article class="card">{_notice(one)}</article>' for one in notices)


def _components(components: tuple[Component, ...]) -> str:
    if not components:
        return ""
    return "<h2>Components</h2>" + "".join(_group(name, members) for name, members in grouped(components))


def _group(name: str, members: list[Component]) -> str:
    title = f'<h3 class="group">{escape(name)}</h3>' if name else ""
    return f'{title}<ul class="card components">{"".join(map(_component, members))}</ul>'


def _component(one: Component) -> str:
    about = f'<p class="muted">{escape(one.description)}</p>' if one.description else ""
    state = f'<span class="state {one.state}">{WORDS[one.state]}</span>'
    return f'<li class="component"><div>{escape(one.name)}{about}</div>{state}</li>'


def _notice(one: Notice) -> str:
    updates = "".join(map(_update, one.updates))
    return f'<h3 id="{one.id}">{escape(one.title)}</h3><ul class="updates">{updates}</ul>'


def _update(one: Told) -> str:
    when = f'<time datetime="{one.at:%Y-%m-%dT%H:%M:%SZ}">{one.at:%d %B %Y, %H:%M} UTC</time>'
    return f'<li><strong>{one.status.capitalize()}</strong> {when}<p class="text">{escape(one.text)}</p></li>'


def _days(days: Days) -> str:
    name = f"{days.first:%d %B %Y}"
    if days.first != days.last:
        name = f"{days.first:%d %B} – {days.last:%d %B %Y}"
    told = "".join(
        f'<article class="card">{_notice(one) if one.over else _still(one)}</article>' for one in days.notices
    )
    return f'<section class="day"><h3>{name}</h3>{told or "<p class=muted>Nothing was reported.</p>"}</section>'


def _still(one: Notice) -> str:
    return f'<p><a href="#{one.id}">{escape(one.title)}</a>: not over yet.</p>'
