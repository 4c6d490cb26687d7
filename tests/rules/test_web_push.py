"""A message sealed for one browser: as RFC 8291 has it, and as another implementation opens it."""

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from pulsar.base.crypto import Keys
from pulsar.notify import devices
from pulsar.notify.devices import Subscription, UnknownPushService
from pulsar.notify.web_push import LONGEST_MESSAGE, encrypt, from_text, public_bytes, to_text
from tests.browsers import Browser

# RFC 8291, section 5 and appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_rfc_comes_out_as_it_stands_there() -> None:
    sender = ec.derive_private_key(int.from_bytes(from_text(SENDER)), ec.SECP256R1())
    assert to_text(encrypt(PLAIN, from_text(RECEIVER), from_text(AUTH), sender, from_text(SALT))) == SEALED


@given(st.binary(max_size=LONGEST_MESSAGE), st.binary(min_size=16, max_size=16))
def test_another_implementation_opens_whatever_is_sealed(plain: bytes, salt: bytes) -> None:
    browser = Browser()
    sealed = encrypt(plain, public_bytes(browser.key), browser.auth, ec.generate_private_key(ec.SECP256R1()), salt)
    assert len(sealed) <= 4096
    assert http_ece.decrypt(sealed, private_key=browser.key, auth_secret=browser.auth, version="aes128gcm") == plain


def test_every_node_of_an_installation_is_the_same_to_push_services() -> None:
    one, same, other = (public_bytes(Keys(secret).push_key) for secret in ("a" * 40, "a" * 40, "b" * 40))
    assert one == same != other
    assert len(one) == 65


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
        "https://push.example.org/up?token=abc",
    ],
)
def test_what_a_browser_names_as_its_push_service_is_taken(endpoint: str) -> None:
    devices.check(Subscription(**Browser().subscription() | {"endpoint": endpoint}), "https://push.example.org")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/wp/abc",
        "https://fcm.googleapis.com:8443/wp/abc",
        "https://fcm.googleapis.com@169.254.169.254/latest",
        "https://fcm.googleapis.com.example.org/wp/abc",
        "https://evilnotify.windows.com/w",
        "https://push.example.org:444/up",
        "http://127.0.0.1:8080/api",
        "http://[::1/",
        "file:///etc/passwd",
        "",
    ],
)
def test_no_other_address_is(endpoint: str) -> None:
    with pytest.raises(UnknownPushService):
        devices.check(Subscription(**Browser().subscription() | {"endpoint": endpoint}), "https://push.example.org")
