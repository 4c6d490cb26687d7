"""Does the installation's mail server let Pulsar in, and are mails that become alerts taken? Nothing is sent."""

import asyncio

import aiosmtplib

from pulsar.checkup.finding import Finding, fine, note, wrong
from pulsar.inbound.mail_address import domain
from pulsar.notify.channels import email
from pulsar.settings import Settings
from pulsar.signin.mail import server_of

_PATIENCE_SECONDS = 10


async def look(settings: Settings) -> Finding:
    config = server_of(settings)
    if not config:
        return note("mail", "PULSAR_MAIL_URL is not set: nobody can set a new password by mail")
    where = f"{config.host}:{config.port}"
    server = aiosmtplib.SMTP(port=config.port, timeout=_PATIENCE_SECONDS, **email.options(config))
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), server:
            await server.noop()
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        return wrong("mail", f"{where} says: {said}; see PULSAR_MAIL_URL")
    return fine("mail", f"{where} takes mails from {settings.mail_from}")


async def intake(settings: Settings) -> Finding:
    if not settings.smtp_place:
        return note("alerts by mail", "off: PULSAR_SMTP_LISTEN is not set")
    host, port = settings.smtp_place
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port)  # noqa: S104
            greeting = await reader.readline()
            writer.close()
    except (OSError, TimeoutError) as error:
        said = getattr(error, "strerror", None) or type(error).__name__
        return wrong("alerts by mail", f"{host}:{port} says: {said}; start `pulsar serve`, or see PULSAR_SMTP_LISTEN")
    if not greeting.startswith(b"220 "):
        return wrong("alerts by mail", f"{host}:{port} answers, but not as Pulsar; see PULSAR_SMTP_LISTEN")
    return fine("alerts by mail", f"taken at {host}:{port} for {domain(settings)}")
