"""The status page as a feed: read by a real reader's library."""

import feedparser
import httpx

from tests.domain.publishing import published, status_page, text_at
from tests.world import Person


async def test_a_feed_reader_reads_it(http: httpx.AsyncClient, ana: Person) -> None:
    path = await status_page(ana)
    notice = await published(ana, title="A & B are <slow>", text="Look:\n1 < 2 & \x0b ]]>")
    other = await published(ana, title="Another", status="identified")
    answer = await http.get(f"{path}/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    assert feed.feed.title == "Acme status"
    newest, older = feed.entries
    assert (newest.id, newest.title) == (f"urn:uuid:{other['id']}", "Identified: Another")
    assert (older.id, older.title) == (f"urn:uuid:{notice['id']}", "Investigating: A & B are <slow>")
    assert older.link.endswith(f"{path}#{notice['id']}")
    assert "1 &lt; 2 &amp;" in older.content[0].value
    assert older.updated_parsed
    assert feed.feed.updated == newest.updated


async def test_an_update_is_news_under_the_same_id(http: httpx.AsyncClient, ana: Person) -> None:
    path = await status_page(ana)
    notice = await published(ana)
    before = feedparser.parse(await text_at(http, f"{path}/feed.atom")).entries[0]
    await ana.makes(f"/status-page/notices/{notice['id']}/updates", status="resolved", text="Over.")
    after = feedparser.parse(await text_at(http, f"{path}/feed.atom")).entries
    assert [entry.id for entry in after] == [before.id]
    assert after[0].title == "Resolved: Checkout is slow"
    assert after[0].content[0].value.index("Over.") < after[0].content[0].value.index("We look into it.")


async def test_the_feed_of_a_page_that_is_off_is_not_there(http: httpx.AsyncClient, ana: Person) -> None:
    path = await status_page(ana)
    await ana.patch("/status-page", enabled=False)
    assert (await http.get(f"{path}/feed.atom")).status_code == 404
