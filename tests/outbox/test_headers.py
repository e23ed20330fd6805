import pytest
from django.core.mail import BadHeaderError

from outbox.headers import collapse, extra_headers, mailbox, one_address, one_line

BREAKERS = [
    "\n",
    "\r",
    "\r\n",
    "\x00",
    "\x0b",
    "\x1c",
    "\x7f",
    "\x85",
    "\u2028",
    "\u2029",
    "\ud800",
]


@pytest.mark.parametrize("breaker", BREAKERS)
def test_one_line_refuses_whatever_may_end_a_line(breaker):
    with pytest.raises(BadHeaderError):
        one_line(f"Hello{breaker}Bcc: otto@example.org")


def test_one_line_refuses_more_than_a_line_holds():
    with pytest.raises(BadHeaderError):
        one_line("a" * 999)


def test_one_line_keeps_other_text_as_it_is():
    assert one_line("Grüße, 世界 🙂") == "Grüße, 世界 🙂"


def test_collapse_makes_one_trimmed_line():
    assert collapse("  Night\r\n cramps\u2028\tand\x00 salt ") == "Night cramps and salt"


@pytest.mark.parametrize(
    "address",
    ["", "ada", "ada@", "@example.org", "ada@example.org, ben@example.org", "a b@example.org",
     "Ada <ada@example.org>", "ada@example.org\nBcc: otto@example.org", "ſ@example.org",
     "ä@example.org", "a" * 64 + "@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 63 + ".example.org"],
)  # fmt: skip
def test_one_address_refuses_anything_else(address):
    with pytest.raises(ValueError, match=r"address|header") as raised:
        one_address(address)
    assert "example" not in str(raised.value)


def test_one_address_takes_plus_quotes_and_international_domains():
    for address in ["ada+cramps@example.org", '"a.b"@example.org', "ada@bücher.example"]:
        assert one_address(address) == address


def test_mailbox_takes_a_name_and_refuses_a_list():
    assert mailbox("Askwell <post@askwell.example>") == "Askwell <post@askwell.example>"
    for value in ["a@example.org, b@example.org", "nobody", "a@example.org b@example.org", "<>"]:
        with pytest.raises(ValueError, match="mailbox"):
            mailbox(value)


@pytest.mark.parametrize(
    "headers",
    [{"Bcc": "otto@example.org"}, {"to": "otto@example.org"}, {"X-A\nBcc": "x"}, {"X A": "x"},
     {"X-A:": "x"}, {"": "x"}, {"X-A": "x\nBcc: otto@example.org"}, {"Content-Type": "text/html"}],
)  # fmt: skip
def test_extra_headers_refuses_the_reserved_and_the_broken(headers):
    with pytest.raises(BadHeaderError):
        extra_headers(headers)
