"""An organization that is paged by e-mail, set up over the API, and what it says of its pages."""

from tests.ladders import Integration, integration, ladder, level, log_of, mail_channel
from tests.world import Mailbox, Person

# How late a page may be after anything was killed.
LATEST_SECONDS = 15.0


async def paged_by_mail(person: Person, mail: Mailbox, *delays: int) -> Integration:
    """Whatever its integration hears is mailed to this person after each of the delays, each time by itself."""
    await mail_channel(person, mail, bundle_seconds=0, follow_ups=False)
    await ladder(person, *(level(delay, person) for delay in delays))
    return await integration(person)


async def pages(person: Person, alert_id: str) -> list[tuple[str, int]]:
    """The state and the number of attempts of each, in the order of their levels."""
    of_levels = sorted((line for line in await log_of(person, alert_id)), key=lambda line: int(line["level"]))
    return [(line["status"], len(line["attempts"])) for line in of_levels]
