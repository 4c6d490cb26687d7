"""What is read out of a mail, and what its subject means."""

import time
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from pulsar.inbound.mail import plain_text, said
from pulsar.inbound.rules import Reading
from pulsar.inbound.source import registry
from pulsar.inbound.subject import is_over, stem, urgency

OVER = [
    "[RESOLVED] DiskFull on db-1",
    "[RESOLVED:1] DiskFull",
    "Resolved: Disk space low on db-1",
    "Resolved in 5m 10s: Disk space low on db-1",
    "[Monitor Alert] Recovered: CPU high on host web-1",
    "** RECOVERY Service Alert: db-1/Backup failed is OK **",
    "** RECOVERY Host Alert: db-1 is UP **",
    "[RECOVERY] Disk on db-1 is OK!",
    "UP | Nightly backup",
    "UP: shop.example.com",
    "Monitor is UP: shop.example.com",
    "Website Up: Your site shop is back up",
    'OK: "High CPU" in US East (N. Virginia)',
    "Check_MK: db-1/CPU CRIT -> OK",
    "[PRTG Network Monitor (HOST)] shop HTTP (Up)",
    "Re: Fwd: [RESOLVED] x",
    "✅ Resolved: queue is long",
    "Disk alert on db-1 resolved",
    "Backup of db-1 succeeded",
    "db-1 is now back up",
    "monit alert -- Connection succeeded web",
    "monit alert -- Timeout recovery web",
    "monit alert -- Link up eth0",
]
NOT_OVER = [
    "",
    "PROBLEM: Disk space low",
    "[FIRING:1] DiskFull",
    "DNS name could not be resolved",
    "Backup is not OK",
    "Check_MK: db-1/CPU OK -> CRIT",
    "OK -> CRIT: db-1/CPU",
    "Recovery of db-1 failed",
    "Recovery point objective exceeded",
    "Recovery: backup older than 24 h",
    "Up to date check failed on db-1",
    "Unresolved incident on db-1",
    "Normal operation interrupted",
    "Please confirm that it is resolved",
    "Set up failed",
    "Is the service up",
    "host is up 400 days and needs a reboot",
    "Close to limit: disk",
    "Success rate: 20%",
    "Cron <root@db-1> /usr/local/bin/backup",
    "ERROR: nightly backup",
    "Failed to back up",
    "monit alert -- Does not exist marker",
    "monit alert -- Resource limit matched rootfs",
    "monit alert -- Connection failed succeeded.example.org",
]
TOGETHER = [
    ("PROBLEM: Disk space low on db-1", "Resolved in 5m 10s: Disk space low on db-1"),
    ("[FIRING:2] DiskFull (db-1 critical)", "Re: [RESOLVED] DiskFull (db-1 critical)"),
    ("** PROBLEM Service Alert: db-1/Disk is CRITICAL **", "** RECOVERY Service Alert: db-1/Disk is OK **"),
    ("DOWN | Nightly backup", "UP | Nightly backup"),
    ("Monitor is DOWN: shop.example.com", "Monitor is UP: shop.example.com"),
    ('ALARM: "High CPU" in US East', 'OK: "High CPU" in US East'),
    ("[PRTG] shop HTTP (Down)", "[PRTG] shop HTTP (Up)"),
    ("Check_MK: db-1/CPU OK -> CRIT", "Check_MK: db-1/CPU CRIT -> OK"),
    ("monit alert -- Resource limit matched rootfs", "monit alert -- Resource limit succeeded rootfs"),
    ("monit alert -- Link down eth0", "monit alert -- Link up eth0"),
]


def read_bytes(content: bytes) -> Reading:
    (reading,) = registry()["email"].read(said(content))
    return reading


@pytest.mark.parametrize("subject", OVER)
def test_a_subject_says_that_it_is_over(subject: str) -> None:
    assert is_over(subject)


@pytest.mark.parametrize("subject", NOT_OVER)
def test_a_subject_that_leaves_a_doubt_opens(subject: str) -> None:
    assert not is_over(subject)


@pytest.mark.parametrize(("opening", "closing"), TOGETHER)
def test_beginning_and_end_have_the_same_stem(opening: str, closing: str) -> None:
    assert stem(opening) == stem(closing) != ""


def test_different_hosts_have_different_stems() -> None:
    assert stem("Disk full on db-1") != stem("Disk full on db-2")


@pytest.mark.parametrize(
    ("subject", "expected"),
    [("[P2] Disk", "P2"), ("CRITICAL: disk", "P1"), ("Warning: disk", "P3"), ("High CPU", None), ("mp3 P9", None)],
)
def test_a_subject_says_how_urgent(subject: str, expected: str | None) -> None:
    assert urgency(subject) == expected


def test_monit_s_mails_open_and_close_what_is_gone_and_back(read: Callable[[str], list[Reading]]) -> None:
    (gone,), (back,) = read("email/monit5_gone"), read("email/monit5_back")
    assert (gone.action, gone.alias) == ("create", "email monit marker")
    assert (back.action, back.alias) == ("close", gone.alias)


def test_a_backup_s_complaint_is_not_taken_for_news_that_something_is_up(
    read: Callable[[str], list[Reading]],
) -> None:
    (complaint,) = read("email/cron")
    assert complaint.action == "create"


def test_two_mails_are_one_alert_s_beginning_and_end(read: Callable[[str], list[Reading]]) -> None:
    (problem,), (over,) = read("email/made_here_problem"), read("email/made_here_recovery")
    assert (problem.action, problem.priority, problem.source) == ("create", "P1", "nagios@db-1.example.com")
    assert (over.action, over.alias) == ("close", problem.alias)


def test_of_a_mail_in_many_parts_the_plain_one_is_read() -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "Größe überschritten", "Überwachung <watch@example.org>"
    mail.set_content("Die Platte ist voll.")
    mail.add_alternative("<p>HTML</p>", subtype="html")
    mail.add_attachment(b"PNG", maintype="image", subtype="png", filename="graph.png")
    reading = read_bytes(mail.as_bytes())
    assert (reading.message, reading.description) == ("Größe überschritten", "Die Platte ist voll.")
    assert (reading.source, reading.details["attachments"]) == ("watch@example.org", "graph.png")


def test_html_becomes_text_with_its_links() -> None:
    markup = (
        "<head><title>T</title><style>p {}</style></head><p>Disk&nbsp;full</p><!-- <b>no</b> -->"
        "<table><tr><td>db-1</td><td>95 %</td></tr></table><a href='https://x.example/1'>Look</a><script>1 < 2</script>"
    )
    assert plain_text(markup) == "Disk full\n\ndb-1 95 %\n\nLook (https://x.example/1)"


@pytest.mark.parametrize(
    ("content", "message", "description"),
    [
        (b"", "(no subject)", ""),
        (b"Subject: \r\n\r\nFirst line\r\nsecond", "First line", "First line\nsecond"),
        (
            b"Subject: =?nonsense?q?caf=E9?=\r\nContent-Type: text/plain; charset=nonsense\r\n\r\ncaf\xe9",
            "caf�",
            "caf�",
        ),
        ("Subject: Größe\r\n\r\nx".encode(), "Größe", "x"),
        (b"Subject: x\r\nContent-Type: text/html\r\n\r\n<p>y", "x", "y"),
        (b"Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ", "x", "A"),
    ],
)
def test_a_mail_that_is_not_as_it_should_be_is_read_all_the_same(
    content: bytes, message: str, description: str
) -> None:
    reading = read_bytes(content)
    assert reading.message == message
    assert reading.description == description


@pytest.mark.parametrize(
    "content",
    [
        b"From: " + b"(" * 300_000 + b"\r\nSubject: s\r\n\r\nx",
        b"From: " + b"a," * 150_000 + b"\r\nSubject: s\r\n\r\nx",
        b"Subject: s\r\nContent-Type: text/plain; " + b"a=b;" * 70_000 + b"\r\n\r\nx",
        b"Subject: s\r\nContent-Disposition: " + b"(" * 300_000 + b"\r\n\r\nx",
        b"Subject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 50_000,
        b"Subject: s\r\n" + b"a: b\r\n" * 50_000 + b"\r\nx",
        b"Subject: s\r\nContent-Type: text/html\r\n\r\n" + b"<!--" * 100_000,
        b"Subject: s\r\nContent-Type: text/html\r\n\r\n" + b"<script>" * 50_000,
        b"Subject: s\r\n"
        + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (i, i) for i in range(300)),
    ],
    ids=lambda content: repr(content[:30]),
)
def test_a_hostile_mail_takes_no_longer_than_another(content: bytes) -> None:
    began = time.process_time()
    assert read_bytes(content).message == "s"
    assert time.process_time() - began < 3
