"""Who was told what? The mailbox as a list of names and subjects, in the order of arrival."""

from tests.world import Mailbox, Person


def told(mail: Mailbox, *people: Person) -> list[tuple[str, str]]:
    """All of it: a mail to anybody else fails the test."""
    names = {person.email: person.name for person in people}
    return [(names[m.to], m.subject) for m in mail.mails]
