"""What the register says is kept without identity numbers and without our own secrets, in whatever form it quotes them."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from kobo_client.client import RegisterClient
from kobo_client.error_body import error_words
from kobo_client.errors import Conflict, RefusedRow
from kobo_client.payload import to_body
from kobo_client.register_config import Authentication, RegisterConfig
from kobo_client.scrubbing import quotable, scrubbed
from tests.connectors.identity_numbers import identity_number

AT = "https://kobo.example"
SECRET = "hemmelig-nokkel/1+æ="
Values = Callable[..., dict[str, Any]]


@given(st.lists(st.sampled_from(["", " ", "-", ".", "/", "  ", " - ", "\u00a0", "\u2013", "_"]), min_size=10, max_size=10), st.booleans())
def test_a_number_divided_in_any_way_is_masked_and_the_rest_is_reported(gaps: list[str], lost_zero: bool) -> None:
    number = identity_number()
    written = "".join(digit + gap for digit, gap in zip(number, [*gaps, ""], strict=True))
    shown = written.lstrip("0-./ \u00a0\u2013_") if lost_zero else written
    text_shown = scrubbed(f"fnr {shown} er registrert")
    assert not re.search(r"\d", text_shown)
    assert text_shown.startswith("fnr *")
    assert text_shown.endswith("er registrert")


@pytest.mark.parametrize("text", ["f. 01.81.1990 12345", "010190 pnr 12345", "０１８１２３１２３４５"])
def test_dates_of_birth_with_their_numbers_are_masked(text: str) -> None:
    assert not re.search(r"\d", scrubbed(text))


@pytest.mark.parametrize(
    "text", ["bolig 0b7e5d7c-1111-4222-8333-123456789012", "kl 2023-12-04T02:00:00.123Z", "org 938 000 111", "HTTP 400"]
)
def test_what_is_no_such_number_stays(text: str) -> None:
    assert scrubbed(text) == text


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        SECRET.upper(),
        quote(SECRET),
        quote(SECRET, safe=""),
        json.dumps(SECRET),
        SECRET.encode().hex(),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"bruker:{SECRET}".encode()).decode(),
        base64.b64encode(f"kobo:{SECRET}:x".encode()).decode(),
        SECRET[:12],
        SECRET[3:],
        " ".join(SECRET),
    ],
)
def test_a_secret_is_hidden_in_whatever_form_it_is_quoted(form: str) -> None:
    text_shown = scrubbed(f"Nøkkelen <{form}> gjelder ikke", [f"Bearer {SECRET}"])
    assert "***" in text_shown
    assert text_shown.startswith("Nøkkelen")
    assert text_shown.endswith("gjelder ikke")
    kept = re.sub(r"[\W_]", "", text_shown.lower()).removeprefix("nøkkelen").removesuffix("gjelderikke")
    assert len(kept) < 14, kept  # the text beside the key, encoded with it


@pytest.mark.parametrize(
    "between", ["", " ", "-", ".", "\u2212", " - - - - ", "\u200b", "<br>", "&nbsp;", "%20", "\\n", "\\u0020", "\x00", "\ud800"]
)
def test_several_numbers_in_a_row_are_all_masked(between: str) -> None:
    """Together they have more digits than one number, and a separator may come with digits of its own."""
    first, other = identity_number(), identity_number()
    for written in (between.join(first + other), between.join((first[:6], first[6:], other[:6], other[6:]))):
        assert not re.search(r"\d", scrubbed(f"fnr {written} er registrert")), written


@pytest.mark.parametrize("digit", ["&#{};", "&#x{:x};", "%{:02X}", "%25{:02X}", "\\u{:04x}", "\\x{:02x}"])
def test_a_number_whose_digits_are_encoded_is_masked(digit: str) -> None:
    assert scrubbed("fnr " + "".join(digit.format(ord(character)) for character in identity_number())) == "fnr ***********"


@pytest.mark.parametrize(
    "text",
    [
        "f. {0}.{1}.19{2}, leietaker Kari, {3}",
        "{0}{1}{2} (leietaker) {3}",
        "personnummer {3}, født {0}.{1}.19{2}",
        "pnr {3}",
        "bosatt 20{2}-{1}-{0} med personnummer: {3}",
    ],
)
def test_the_five_digits_apart_from_their_date_are_masked(text: str) -> None:
    number = identity_number()
    text_shown = scrubbed(text.format(number[:2], number[2:4], number[4:6], number[6:]))
    assert number[6:] not in text_shown
    assert number[2:4] not in text_shown


def test_a_rent_after_a_day_of_our_century_is_reported() -> None:
    assert scrubbed("statusdato 01.12.2023: leie 12345 er for høy") == "statusdato 01.12.2023: leie 12345 er for høy"


@pytest.mark.parametrize(
    "form", [html.escape, lambda key: "".join(f"&#{ord(character)};" for character in key), lambda key: quote(quote(key, safe=""), safe="")]
)
def test_a_key_of_few_letters_is_hidden_too(form: Callable[[str], str]) -> None:
    assert scrubbed(f"Nøkkelen {form('a!#&/2(x)%')} er ukjent", ["a!#&/2(x)%"]) == "Nøkkelen *** er ukjent"


@pytest.mark.parametrize("piece", ["x 1-", "<", "<style>", "<title>", "\ufdfa", " ", "\x01", "1 "])
def test_an_answer_of_megabytes_is_one_short_line(piece: str) -> None:
    text_shown = error_words((piece * (1_000_000 // len(piece.encode()))).encode(), 500, [SECRET])
    assert len(text_shown) <= 300
    assert text_shown.isprintable()


def test_a_cell_that_may_be_a_name_is_not_quoted() -> None:
    assert quotable("12 345,5") == "'12 345,5'"
    assert "Kari" not in quotable("Kari 3")
    assert identity_number() not in quotable(identity_number())


def test_a_short_key_is_hidden_and_the_scheme_is_reported() -> None:
    assert scrubbed("Bearer-nøkkelen abc12 er ukjent", ["Bearer abc12"]) == "Bearer-nøkkelen *** er ukjent"


@given(st.text(max_size=400), st.text(max_size=40))
def test_what_is_kept_is_one_printable_line_of_limited_length(text: str, secret: str) -> None:
    text_shown = scrubbed(text, [secret])
    assert len(text_shown) <= 300
    assert text_shown.isprintable()
    text_shown.encode("utf-8")


@responses.activate
def test_no_error_of_the_client_holds_our_key_or_a_tenants_number(values: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    number = identity_number()
    monkeypatch.setenv("KOBOSYNC_TEST_KEY", "hemmelig-nokkel-1")
    config = RegisterConfig(
        kind="kobo", base_url=AT, attempts=1, authentication=Authentication(kind="api_key", key_variable="KOBOSYNC_TEST_KEY")
    )
    words = f"nøkkelen hemmelig-nokkel-1 og {number[:6]}-{number[6:]} \ud800\x00 gjelder ikke"
    responses.post(f"{AT}/kobobolig", body=json.dumps({"detail": words}), status=400)
    responses.post(f"{AT}/kobobolig", body=json.dumps({"detail": words, "koboId": words}), status=409)
    with RegisterClient(config) as client:
        with pytest.raises(RefusedRow) as refused:
            client.create(to_body(values()), "one")
        with pytest.raises(Conflict) as conflict:
            client.create(to_body(values()), "two")
    assert refused.value.words == "nøkkelen *** og *********** ? gjelder ikke"
    assert conflict.value.kobo_id is None
