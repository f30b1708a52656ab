"""CloudEvents in and out, binary and structured: what goes out comes in as it was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fnkit.events.cloudevents import STRUCTURED, Event, WrongEvent, from_arguments, read

TEXT = some.text(some.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
EVENT = Event("1", "/photos", "created", {"key": "a b ü.jpg"}, "a b ü%.jpg", "2026-01-01T00:00:00Z")


@given(TEXT, TEXT, TEXT, some.dictionaries(TEXT, some.integers() | TEXT, max_size=3))
def test_an_event_survives_both_modes(id, source, subject, data):
    event = Event(id, source, "t", data, subject)
    body = json.dumps(data).encode()
    assert read({**event.headers(), "Content-Type": "application/json"}, body) == event
    assert read({"content-type": STRUCTURED}, json.dumps(event.structured()).encode()) == event


def test_headers_hold_ascii_only():
    headers = EVENT.headers()
    assert headers["ce-subject"] == "a%20b%20%C3%BC%25.jpg"
    assert headers["ce-specversion"] == "1.0"
    assert all(value.isascii() and " " not in value for value in headers.values())


def test_bytes_travel_as_base64():
    event = Event("1", "s", "t", b"\x00\xff", media="image/png")
    assert event.structured()["data_base64"] == "AP8="
    assert read({"Content-Type": STRUCTURED}, json.dumps(event.structured()).encode()) == event
    assert read({**event.headers(), "Content-Type": "image/png"}, b"\x00\xff") == event


def test_an_action_reads_what_started_it():
    arguments = {"__ow_headers": {**EVENT.headers(), "host": "x"}, **EVENT.data}
    assert from_arguments(arguments) == EVENT
    assert from_arguments({"__ow_headers": {}, **EVENT.structured()}) == EVENT
    assert from_arguments({"a": 1}) is None


def test_extensions_come_along():
    event = Event("1", "s", "t", None, extensions={"traceparent": "00-1"})
    assert event.headers()["ce-traceparent"] == "00-1"
    assert read(event.headers(), b"").extensions == {"traceparent": "00-1"}


@pytest.mark.parametrize(
    ("headers", "body", "said"),
    [
        ({}, b"{}", "specversion is None"),
        ({"ce-specversion": "0.3"}, b"", "specversion is '0.3'"),
        ({"ce-specversion": "1.0", "ce-id": "1", "ce-source": "s"}, b"", "type is missing"),
        ({"ce-specversion": "1.0", "ce-id": "", "ce-source": "s", "ce-type": "t"}, b"", "id is missing"),
        ({"content-type": STRUCTURED}, b"not json", "not JSON"),
        ({"content-type": STRUCTURED}, b"[]", "JSON object"),
        (
            {"content-type": STRUCTURED},
            b'{"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data_base64": "?"}',
            "data_base64",
        ),
        (
            {"content-type": STRUCTURED},
            b'{"specversion": "1.0", "id": "1", "source": "s", "type": "t", "Wrong-Name": 1}',
            "no name of an attribute",
        ),
    ],
)
def test_what_is_no_event_is_told(headers, body, said):
    with pytest.raises(WrongEvent, match=said):
        read(headers, body)


def test_the_schema_of_the_data_comes_along_in_both_modes():
    event = Event("1", "s", "t", {"n": 1}, schema="https://example.org/s.json")
    assert read(event.headers(), b'{"n": 1}').schema == event.schema
    assert from_arguments(event.structured()) == event
