"""The pattern language as its public description has it, case by case."""

import pytest

from fnkit.core.errors import BadArgument
from fnkit.events import grammar
from fnkit.events.pattern import matches

EC2 = {
    "version": "0",
    "detail-type": "EC2 Instance State-change Notification",
    "source": "aws.ec2",
    "region": "us-west-1",
    "resources": ["arn:one", "arn:two"],
    "detail": {"instance-id": "i-1", "state": "terminated", "source-ip": "10.0.0.7", "c-count": 5, "d-count": 7.5},
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"source": ["aws.ec2"]}, True),
        ({"source": ["aws.s3"]}, False),
        ({"source": ["aws.s3", "aws.ec2"]}, True),
        ({"source": ["aws.ec2"], "region": ["eu"]}, False),
        ({"detail": {"state": ["terminated"]}}, True),
        ({"detail": {"state": ["running"]}}, False),
        ({"absent": ["x"]}, False),
        ({"resources": ["arn:two"]}, True),
        ({"resources": ["arn:three"]}, False),
        ({"region": [{"prefix": "us-"}]}, True),
        ({"region": [{"prefix": "eu-"}]}, False),
        ({"region": [{"prefix": ""}]}, True),
        ({"region": [{"prefix": {"equals-ignore-case": "US-"}}]}, True),
        ({"region": [{"suffix": "-1"}]}, True),
        ({"region": [{"suffix": {"equals-ignore-case": "WEST-1"}}]}, True),
        ({"region": [{"suffix": "-2"}]}, False),
        ({"detail": {"c-count": [{"suffix": "5"}]}}, False),
        ({"detail": {"state": [{"anything-but": "running"}]}}, True),
        ({"detail": {"state": [{"anything-but": ["terminated", "stopped"]}]}}, False),
        ({"detail": {"c-count": [{"anything-but": 5}]}}, False),
        ({"detail": {"c-count": [{"anything-but": [5.0, 6]}]}}, True),
        ({"detail": {"absent": [{"anything-but": "x"}]}}, False),
        ({"region": [{"anything-but": {"prefix": "eu-"}}]}, True),
        ({"region": [{"anything-but": {"prefix": ["us-", "eu-"]}}]}, False),
        ({"region": [{"anything-but": {"suffix": "-1"}}]}, False),
        ({"region": [{"anything-but": {"wildcard": "us-*"}}]}, False),
        ({"region": [{"anything-but": {"equals-ignore-case": "US-WEST-1"}}]}, False),
        ({"resources": [{"anything-but": "arn:one"}]}, True),
        ({"detail": {"c-count": [{"numeric": ["=", 5]}]}}, True),
        ({"detail": {"c-count": [{"numeric": [">", 0, "<=", 5]}]}}, True),
        ({"detail": {"c-count": [{"numeric": ["<", 5]}]}}, False),
        ({"detail": {"d-count": [{"numeric": [">=", 7.5]}]}}, True),
        ({"detail": {"state": [{"numeric": [">", 0]}]}}, False),
        ({"detail": {"source-ip": [{"cidr": "10.0.0.0/24"}]}}, True),
        ({"detail": {"source-ip": [{"cidr": "10.0.1.0/24"}]}}, False),
        ({"detail": {"state": [{"cidr": "10.0.1.0/24"}]}}, False),
        ({"source": [{"equals-ignore-case": "AWS.EC2"}]}, True),
        ({"source": [{"wildcard": "aws.*"}]}, True),
        ({"source": [{"wildcard": "a*.*2"}]}, True),
        ({"source": [{"wildcard": "aws"}]}, False),
        ({"detail": {"state": [{"exists": True}]}}, True),
        ({"detail": {"state": [{"exists": False}]}}, False),
        ({"detail": {"absent": [{"exists": False}]}}, True),
        ({"absent": {"deeper": [{"exists": False}]}}, True),
        ({"detail": [{"exists": True}]}, False),
        ({"detail": {"state": ["running", {"prefix": "term"}]}}, True),
        ({"$or": [{"source": ["aws.s3"]}, {"region": ["us-west-1"]}]}, True),
        ({"$or": [{"source": ["aws.s3"]}, {"region": ["eu"]}]}, False),
        ({"source": ["aws.s3"], "$or": [{"region": ["us-west-1"]}, {"version": ["0"]}]}, False),
        (
            {"detail": {"$or": [{"c-count": [{"numeric": [">", 10]}]}, {"d-count": [{"numeric": ["<", 10]}]}]}},
            True,
        ),
    ],
)
def test_the_described_cases(pattern, expected):
    grammar.check(pattern)
    assert matches(pattern, EC2) is expected


@pytest.mark.parametrize(
    ("wanted", "there", "expected"),
    [
        (None, None, True),
        (None, "", False),
        ("", "", True),
        ("", None, False),
        (True, True, True),
        (True, 1, False),
        (1, True, False),
        (300, 300.0, False),
        (300, 300, True),
        ("5", 5, False),
        ({"exists": True}, None, True),
        ({"exists": False}, [], True),
        ({"anything-but": "x"}, [], False),
    ],
)
def test_a_value_is_what_json_writes(wanted, there, expected):
    grammar.check({"a": [wanted]})
    assert matches({"a": [wanted]}, {"a": there}) is expected


def test_of_a_list_of_objects_one_has_to_match_as_a_whole():
    pattern = {"persons": {"name": ["Ada"], "age": [{"numeric": [">", 30]}]}}
    assert matches(pattern, {"persons": [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 20}]})
    assert not matches(pattern, {"persons": [{"name": "Ada", "age": 20}, {"name": "Bob", "age": 36}]})


@pytest.mark.parametrize(
    ("wildcard", "text", "expected"),
    [
        ("*.jpg", "a b.jpg", True),
        ("*.jpg", "a.jpeg", False),
        ("a.c", "abc", False),
        (r"a\*b", "a*b", True),
        (r"a\*b", "axb", False),
        (r"a\\*", "a\\x", True),
        ("*", "", True),
        ("a*z", "a\nz", True),
    ],
)
def test_a_wildcard(wildcard, text, expected):
    grammar.check({"a": [{"wildcard": wildcard}]})
    assert matches({"a": [{"wildcard": wildcard}]}, {"a": text}) is expected


@pytest.mark.parametrize(
    ("wrong", "where", "said"),
    [
        ([], "pattern", "object belongs"),
        ({}, "pattern", "empty object"),
        ({"a": {}}, "pattern.a", "empty object"),
        ({"a": []}, "pattern.a", "empty list"),
        ({"a": "x"}, "pattern.a", "must stand in a list"),
        ({"a": True}, "pattern.a", "true must stand in a list"),
        ({"a": [["x"]]}, "pattern.a[0]", "stands within a list"),
        ({"a": [{"prefx": "x"}]}, "pattern.a[0]", "Did you mean prefix?"),
        ({"a": [{"prefix": 5}]}, "pattern.a[0].prefix", "5 is no text"),
        ({"a": [{"prefix": "x", "suffix": "y"}]}, "pattern.a[0]", "there are 2"),
        ({"a": [{"numeric": [">"]}]}, "pattern.a[0].numeric", "comparison and a number"),
        ({"a": [{"numeric": ["~", 1]}]}, "pattern.a[0].numeric", "is none of"),
        ({"a": [{"numeric": [">", "1"]}]}, "pattern.a[0].numeric", "is no number"),
        ({"a": [{"numeric": [">", True]}]}, "pattern.a[0].numeric", "is no number"),
        ({"a": [{"numeric": [">", 6e9]}]}, "pattern.a[0].numeric", "is no number between"),
        ({"a": [{"numeric": ["<", 1, ">", 5]}]}, "pattern.a[0].numeric", "a range is"),
        ({"a": [{"numeric": [">", 5, "<", 1]}]}, "pattern.a[0].numeric", "a range is"),
        ({"a": [{"exists": "yes"}]}, "pattern.a[0].exists", "neither true nor false"),
        ({"a": [{"cidr": "10.0.0.0/99"}]}, "pattern.a[0].cidr", "10.0.0.0/99"),
        ({"a": [{"wildcard": "a**"}]}, "pattern.a[0].wildcard", "two *"),
        ({"a": [{"wildcard": "a\\b"}]}, "pattern.a[0].wildcard", "backslash"),
        ({"a": [{"anything-but": []}]}, "pattern.a[0].anything-but", "empty list"),
        ({"a": [{"anything-but": None}]}, "pattern.a[0].anything-but", "neither a text nor a number"),
        ({"a": [{"anything-but": {"cidr": "1.1.1.1"}}]}, "pattern.a[0].anything-but", "it takes values"),
        ({"$or": [{"a": ["x"]}]}, "pattern.$or", "two patterns or more"),
        ({"$or": [{"a": ["x"]}, {"b": "y"}]}, "pattern.$or[1].b", "must stand in a list"),
    ],
)
def test_what_is_no_pattern_is_told_with_its_place(wrong, where, said):
    with pytest.raises(BadArgument) as told:
        grammar.check(wrong)
    assert told.value.tried == f"Reading the pattern at {where}"
    assert said in str(told.value)
