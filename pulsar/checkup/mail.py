"""Does the installation's mail server let Pulsar in? Asked up to the login; nothing is sent."""

import asyncio

import aiosmtplib

from pulsar.checkup.finding import Finding, fine, note, wrong
from pulsar.settings import Settings
from pulsar.signin.mail import server_of

_PATIENCE_SECONDS = 10


async def look(settings: Settings) -> Finding:
    config = server_of(settings)
    if not config:
        return note("mail", "PULSAR_MAIL_URL is not set: nobody can set a new password by mail")
    where = f"{config.host}:{config.port}"
    server = aiosmtplib.SMTP(
        hostname=config.host,
        port=config.port,
        username=config.username or None,
        password=config.password or None,
        use_tls=config.security == "tls",
        start_tls=config.security == "starttls",
        timeout=_PATIENCE_SECONDS,
    )
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), server:
            await server.noop()
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        return wrong("mail", f"{where} says: {said}; see PULSAR_MAIL_URL")
    return fine("mail", f"{where} takes mails from {settings.mail_from}")
