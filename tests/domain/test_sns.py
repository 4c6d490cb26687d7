"""Is what Amazon SNS signed taken, and nothing else?"""

import base64
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from pulsar.inbound import sns
from tests.ladders import integration
from tests.world import Person

CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem"
KEY = rsa.generate_private_key(65537, 2048)
NOTICE = {
    "Type": "Notification",
    "MessageId": "3a6a339c-60fc-5718-875e-66cf50fbf89a",
    "TopicArn": "arn:aws:sns:eu-west-1:1234567890:alarms",
    "Message": '{"AlarmName": "Disk full", "NewStateValue": "ALARM"}',
    "Timestamp": "2026-02-15T23:53:45.134Z",
    "SigningCertURL": CERTIFICATE,
}


def signed(version: str = "1", **change: Any) -> dict[str, Any]:
    notice = {**NOTICE, **change, "SignatureVersion": version}
    algorithm = SHA256() if version == "2" else SHA1()
    return notice | {"Signature": base64.b64encode(KEY.sign(sns.signed(notice), PKCS1v15(), algorithm)).decode()}


@pytest.fixture(autouse=True)
def amazon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose certificate has been fetched before."""
    monkeypatch.setitem(sns._keys, CERTIFICATE, KEY.public_key())


def test_what_is_signed_is_as_amazon_describes_it() -> None:
    lines = sns.signed({**NOTICE, "Subject": "S"}).decode().split("\n")
    assert lines[::2] == ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type", ""]
    assert "Subject" not in sns.signed(NOTICE).decode()


@pytest.mark.parametrize("version", ["1", "2"])
async def test_what_is_signed_becomes_an_alert(ana: Person, http: httpx.AsyncClient, version: str) -> None:
    token = (await integration(ana, integration_type="cloudwatch")).token
    taken = await http.post(f"/api/v1/webhook/{token}", json=signed(version))
    assert (taken.status_code, taken.json()["created"]) == (202, 1)


@pytest.mark.parametrize(
    ("notice", "reason"),
    [
        (signed() | {"Message": "forged"}, "not one of Amazon SNS"),
        (signed() | {"Signature": "%"}, "not one of Amazon SNS"),
        (NOTICE, "Signature is missing"),
        (signed(SigningCertURL="https://sns.eu-west-1.amazonaws.com.evil.test/x.pem"), "SigningCertURL does not lead"),
        (signed(SigningCertURL="http://sns.eu-west-1.amazonaws.com/x.pem"), "SigningCertURL does not lead"),
        (
            signed(Type="SubscriptionConfirmation", Token="t", SubscribeURL="https://10.0.0.1/?Action=x"),
            "SubscribeURL does not lead",
        ),
    ],
)
async def test_anything_else_is_refused_and_opens_nothing(
    ana: Person, http: httpx.AsyncClient, notice: dict[str, Any], reason: str
) -> None:
    found = await integration(ana, integration_type="cloudwatch")
    refused = await http.post(f"/api/v1/webhook/{found.token}", json=notice)
    assert refused.status_code == 403
    assert reason in refused.json()["detail"]
    assert (await ana.get("/alerts")).json()["items"] == []
