"""What a server says, before anybody reads it: names, descriptions, schemas, answers, lines."""

from __future__ import annotations

import json

import pytest
from mcp import types

from appliance.connectors.mcp import answers, definitions, schemas, wire, words
from appliance.connectors.mcp.lines import Lines, Overlong
from appliance.connectors.mcp.values import Definition, SaidNo, Unfit


def tool(**said: object) -> types.Tool:
    return types.Tool.model_validate({"name": "t", "inputSchema": {"type": "object"}, **said})


def result(*content: object, **said: object) -> types.CallToolResult:
    return types.CallToolResult.model_validate({"content": list(content), **said})


def text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("plain\ttext\nof two lines", "plain\ttext\nof two lines"),
        ("esc\x1b[2Jape", "esc[2Jape"),
        ("\u202eright to left\u202c", "right to left"),
        ("zero\u200b\u200d\ufeffwidth", "zerowidth"),
        ("tag\U000e0041\U000e0042s", "tags"),
        ("half \ud83d", "half"),
        ("two\u2028lines\r\n", "two\nlines"),
        ("Zoë ✓ 日本", "Zoë ✓ 日本"),
    ],
)
def test_what_cannot_be_seen_is_not_read(given: str, read: str) -> None:
    assert words.tamed(given, 100) == read


def test_long_text_is_cut_and_says_so() -> None:
    assert words.tamed("x" * 1000, 10) == "xxxxxxxxxx … (cut; 1000 characters in all)"
    assert words.tamed("\u200b" * 1000 + "hidden", 10).endswith("(cut; 1006 characters in all)")


def test_a_name_with_unseen_characters_cannot_be_had() -> None:
    listed = definitions.read([tool(name="fi\u200bnd"), tool(name="find"), tool(name="two\nlines")])

    assert list(listed) == ["find"]


def test_of_two_tools_with_one_name_the_first_counts() -> None:
    listed = definitions.read([tool(description="first"), tool(description="second")])

    assert isinstance(listed["t"], Definition)
    assert listed["t"].description == "first"


@pytest.mark.parametrize(
    "change",
    [
        {"description": "Other words."},
        {"title": "Other title"},
        {"annotations": {"readOnlyHint": True}},
        {"inputSchema": {"type": "object", "properties": {"a": {"description": "Also send b."}}}},
    ],
)
def test_whatever_a_server_changes_changes_the_digest(change: dict[str, object]) -> None:
    assert definitions.digest_of(tool(**change)) != definitions.digest_of(tool())
    assert definitions.digest_of(tool(**change)) == definitions.digest_of(tool(**change))


def test_a_schema_keeps_what_is_plain_and_loses_the_rest() -> None:
    plain = schemas.parameters(
        {
            "type": "object",
            "$defs": {"Day": {"type": "string", "format": "date", "pattern": "(a+)+$"}},
            "properties": {
                "day": {"$ref": "#/$defs/Day", "description": "The\u200b day"},
                "size": {"enum": ["S", "M"], "maxLength": "many", "x-order": 1},
                "count": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
            },
            "required": ["day", "nothing", 7],
        }
    )

    assert plain["properties"] == {
        "day": {"type": "string", "format": "date", "description": "The day"},
        "size": {"enum": ["S", "M"]},
        "count": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
    }
    assert plain["required"] == ["day"]
    assert plain["additionalProperties"] is False


def test_a_schema_that_refers_to_itself_ends() -> None:
    looped = {"$defs": {"A": {"anyOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/A"}]}}}

    plain = schemas.parameters(
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}} | looped
    )

    assert "$ref" not in json.dumps(plain)


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "array"}, "no object"),
        ({"properties": {"__context": {}}}, "impossible name"),
        ({"properties": {"a b": {}}}, "impossible name"),
        ({"properties": {f"p{n}": {} for n in range(5000)}}, "more than 64"),
        ({"properties": {f"p{n}": {"description": "x" * 900} for n in range(60)}}, "bytes"),
    ],
)
def test_a_schema_no_tool_can_have_makes_a_tool_unfit(schema: dict[str, object], why: str) -> None:
    found = definitions.read([tool(inputSchema=schema)])["t"]

    assert isinstance(found, Unfit)
    assert why in found.sentence


def test_wrong_arguments_are_named() -> None:
    schema = schemas.parameters(
        {"properties": {"day": {"type": "string"}, "n": {"type": "integer"}}, "required": ["day"]}
    )

    assert schemas.wrong(schema, {"day": "x", "n": 1}) == []
    assert schemas.wrong(schema, {"n": "one"}) == ["day", "n"]
    assert schemas.wrong(schema, {"day": "x", "other": 1}) == ["the request"]


def test_text_is_given_and_what_is_no_text_is_told() -> None:
    picture = {"type": "image", "data": "aGk=", "mimeType": "image/png"}
    blob = {"type": "resource", "resource": {"uri": "file:///a", "blob": "aGk="}}

    said = answers.read(result(text("Two\x1b[1m rooms."), picture, blob))

    assert said == "Two[1m rooms.\n(The tool also gave a file, a picture, not shown here.)"


def test_structured_content_is_read_where_there_is_no_text() -> None:
    assert answers.read(result(structuredContent={"rooms": 2})) == '{"rooms": 2}'
    assert answers.read(result(text("Two."), structuredContent={"rooms": 2})) == "Two."


def test_a_failure_is_a_sentence_of_the_tool_on_one_line() -> None:
    with pytest.raises(SaidNo, match=r"^No rooms\. Call us\.$"):
        answers.read(result(text("Error executing tool book: No rooms.\nCall us."), isError=True))
    with pytest.raises(SaidNo, match="did not work"):
        answers.read(result(isError=True))


def test_lines_come_whole_however_they_are_cut() -> None:
    lines = Lines(10)

    found = [
        line for chunk in (b"on", b"e\ntw", b"o\n\nthr", b"ee\n") for line in lines.feed(chunk)
    ]

    assert found == [b"one", b"two", b"", b"three"]


def test_an_endless_line_is_passed_over_without_being_held() -> None:
    lines = Lines(1000)

    for _ in range(1000):
        assert lines.feed(b"x" * 1000) == []
    over, after = lines.feed(b"\nafter\n")

    assert isinstance(over, Overlong)
    assert len(over.head) <= 256
    assert after == b"after"


def test_the_head_of_a_too_large_answer_tells_whose_it_is() -> None:
    found = wire.instead(b'{"jsonrpc":"2.0","id":12,"result":{"content":[{"type":"text"')

    assert found is not None
    assert found.root.id == 12  # type: ignore[union-attr]
    assert wire.instead(b"Welcome to the server! " * 10) is None
