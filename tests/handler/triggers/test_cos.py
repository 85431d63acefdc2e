"""A drop box: public keys that are put into a bucket."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import pytest

from handler.triggers import cos as trigger
from handler.triggers.delivery import Redeliver
from local.in_process import Json
from tests.doubles.drop_box import BUCKET, ONE, SOURCE, Box, drop_box
from tests.doubles.function import Function
from tests.keys.many import public_keys

TWO = public_keys(2)[1]
PRIVATE = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n"


@pytest.fixture
def box(function: Function) -> Iterator[Box]:
    """One caller: what is put below `in/`."""
    with drop_box(function) as made:
        yield made


def test_a_file_is_imported_and_its_result_is_written(box: Box) -> None:
    """The key name is the object's name; the result file is what a direct Invoke returns."""
    assert box.function(box.put("in/hr/alice.pub", ONE + "\n")) == {"created": 1}

    (pair,) = box.function.cvm.account
    assert (pair.key_name, pair.project_id) == ("alice", 0)
    assert box.function.fields("trigger", "source", "bucket", "object", "caller", "result", "keyName") == [
        ("cos", f"{SOURCE}hr/", BUCKET, "in/hr/alice.pub", "caller-1", "created", "alice")
    ]
    result = box.result("out/hr/alice.json")
    assert (result["result"], result["keyId"], result["requestId"]) == ("created", pair.key_id, "request-1")
    assert box.asked() == ["GetObject", "PutObject"]


def test_event_delivered_again_ends_in_the_same_state(box: Box) -> None:
    """Twice, or after two hours: `unchanged` for `created`, in the log and in the result file."""
    event = box.put("in/alice.pub")
    box.function(event)

    assert box.function(event) == {"unchanged": 1}
    assert box.result("out/alice.json")["result"] == "unchanged"
    assert len(list(box.function.cvm.account)) == 1


def test_what_the_object_holds_now_counts(box: Box) -> None:
    """Events out of order all import what is there when they come; another key never replaces the first."""
    first, second = box.put("in/alice.pub", ONE), box.put("in/alice.pub", TWO)

    assert box.function(second) == {"created": 1}
    assert box.function(first) == {"unchanged": 1}
    box.put("in/alice.pub", ONE)
    assert box.function(first) == {"refused": 1}
    assert box.result("out/alice.json")["code"] == "key-name-conflict"


@pytest.mark.parametrize(
    ("content", "code", "reason"),
    [
        (PRIVATE, "invalid-public-key", "private-key"),
        (f"{ONE}\n{TWO}\n", "invalid-public-key", "multiple-keys"),
        ("", "invalid-public-key", "empty"),
        (gzip.compress(ONE.encode(), mtime=0), "invalid-public-key", None),
        (ONE.encode("utf-16"), "invalid-public-key", None),
        (b"\xff" * 100, "invalid-public-key", None),
        (ONE[:100].encode() + b"\xff" + ONE[100:].encode(), "invalid-public-key", None),
        ("x" * 16385, "payload-too-large", None),
        ("x" * 1_000_000, "payload-too-large", None),
    ],
)
def test_what_is_no_key_is_refused_as_everywhere(
    box: Box, content: str | bytes, code: str, reason: str | None
) -> None:
    """Once and for all, and the result file tells it without repeating a byte of it."""
    assert box.function(box.put("in/alice.pub", content)) == {"refused": 1}

    result = box.result("out/alice.json")
    assert result["code"] == code
    assert reason in (None, result.get("reason"))
    assert "BEGIN OPENSSH" not in json.dumps(result) + box.function.output
    assert list(box.function.cvm.account) == []


def test_longest_file_is_read_whole(box: Box) -> None:
    """16 KiB are read, comment and all; one byte more is not."""
    line = (ONE + " ").ljust(16 * 1024, "x")

    assert box.function(box.put("in/alice.pub", line)) == {"created": 1}
    assert box.function(box.put("in/bob.pub", line + "x")) == {"refused": 1}
    assert box.result("out/bob.json")["code"] == "payload-too-large"


@pytest.mark.parametrize(
    ("name", "key", "cause"),
    [
        ("cos:ObjectRemove:Delete", "in/alice.pub", "removed"),
        ("cos:ObjectRestore:Completed", "in/alice.pub", "removed"),
        ("cos:ObjectCreated:Put", "in/alice.txt", "not-pub"),
        ("cos:ObjectCreated:*", "in/hr/", "not-pub"),
    ],
)
def test_what_is_no_new_key_is_passed_over(box: Box, name: str, key: str, cause: str) -> None:
    """One line in the log, nothing read, nothing written."""
    event = box.put(key)
    event["Records"][0]["event"]["eventName"] = name

    assert box.function(event) == {}
    assert box.function.fields("result", "cause", "caller", "object") == [
        ("passed-over", cause, "caller-1", key if not key.endswith("/") else None)
    ]
    assert box.asked() == []


def test_an_object_that_has_gone_is_passed_over(box: Box) -> None:
    """Somebody took it back before the event came."""
    event = box.put("in/alice.pub")
    del box.store.objects[BUCKET, "in/alice.pub"]

    assert box.function(event) == {}
    assert box.function.fields("result", "cause") == [("passed-over", "gone")]


@pytest.mark.parametrize(
    "key",
    [
        "in/../alice.pub",
        "in//alice.pub",
        "in/./alice.pub",
        "in/a%2Fb.pub",
        "in/a b.pub",
        "in/a+b.pub",
        "in/小明.pub",
        f"in/{'a' * 900}.pub",
    ],
)
def test_object_names_that_could_mean_another_are_refused(box: Box, key: str) -> None:
    """Nothing is read or written for them, and the name itself is not logged."""
    event = box.put("in/alice.pub")
    event["Records"][0]["cos"]["cosObject"]["key"] = f"/1250000000/keys/{key}"

    assert box.function(event) == {"refused": 1}
    assert box.function.fields("code", "object") == [("invalid-request", None)]
    assert box.asked() == []


@pytest.mark.parametrize("key", ["../alice.pub", "./alice.pub", "..", ".pub/../alice.pub"])
def test_no_part_of_a_name_leads_out_of_its_folder(box: Box, key: str) -> None:
    """Not even the first one, where a whole bucket is the drop box."""
    box.let_in({"source": f"cos:{BUCKET}/"})
    event = box.put("alice.pub")
    event["Records"][0]["cos"]["cosObject"]["key"] = f"/1250000000/keys/{key}"

    assert box.function(event) == ({"refused": 1} if key.endswith(".pub") else {})
    assert box.asked() == []


def test_longest_object_name_is_read(box: Box) -> None:
    """COS takes names of 850 characters; a longer one is none of COS."""
    box.let_in({"source": SOURCE})
    folder = "in/" + "a" * (850 - len("in//alice.pub"))

    assert box.function(box.put(f"{folder}/alice.pub")) == {"created": 1}
    assert box.function(box.put(f"{folder}a/alice.pub")) == {"refused": 1}
    assert box.function.fields("code")[-1] == ("invalid-request",)


@pytest.mark.parametrize("key", ["in/a-b.pub", "in/.pub", "in/" + "a" * 26 + ".pub", "in/a.b.pub"])
def test_names_that_no_key_pair_can_have_are_refused(box: Box, key: str) -> None:
    """By the request's own rules; the result file says so."""
    assert box.function(box.put(key)) == {"refused": 1}
    assert box.result(key.replace("in/", "out/").removesuffix(".pub") + ".json")["code"] == "invalid-request"


@pytest.mark.parametrize(
    "change",
    [
        {"cosBucket": {"name": "other", "appid": "1250000000"}},
        {"cosBucket": {"name": "keys", "appid": "1250000001"}},
        {"cosBucket": {"name": "keys-1250000000.evil.example/", "appid": "1250000000"}},
        {
            "cosBucket": {"name": "keys", "appid": "1250000000/in"},
            "cosObject": {"key": "/1250000000/in/keys/alice.pub"},
        },
        {
            "cosBucket": {"name": "keys-1250000000/in/x", "appid": "1250000000"},
            "cosObject": {"key": "/1250000000/keys-1250000000/in/x/alice.pub"},
        },
        {"cosBucket": {"name": "keys"}},
        {"cosBucket": "keys"},
        {"cosObject": {"key": "/1250000000/other/in/alice.pub"}},
        {"cosObject": {"key": "in/alice.pub"}},
        {"cosObject": {"key": "/1250000000/keys/out/alice.pub"}},
        {"cosObject": {"key": 7}},
        {"cosObject": None},
    ],
)
def test_what_is_not_of_a_listed_bucket_and_prefix_is_nobodys(box: Box, change: Json) -> None:
    """Logged, not read, not raised."""
    event = box.put("in/alice.pub")
    event["Records"][0]["cos"].update(change)

    assert box.function(event) == {"refused": 1}
    assert box.function.fields("code", "cause", "caller") == [("unauthenticated", "unlisted-source", None)]
    assert box.asked() == []


def test_host_and_rights_are_never_taken_from_the_event(box: Box) -> None:
    """Not the address, not the region, not metadata; and the uploader's signature is not logged."""
    event = box.put("in/alice.pub", ONE, x_cos_meta_keyname="root", x_cos_meta_projectid="1001")
    record = event["Records"][0]["cos"]
    record["cosObject"]["url"] = "http://evil.example/in/alice.pub"
    record["cosBucket"] |= {"region": "cd", "cosRegion": "ap-chengdu"}

    assert box.function(event) == {"created": 1}
    (pair,) = box.function.cvm.account
    assert (pair.key_name, pair.project_id) == ("alice", 0)
    assert {call.headers["host"] for call in box.store.calls} == {f"{BUCKET}.cos.ap-guangzhou.myqcloud.com"}
    assert "AKIDuploader" not in box.function.output


def test_longest_prefix_wins(box: Box) -> None:
    """Each object is of one caller, however many prefixes cover it."""
    box.let_in({"source": f"cos:{BUCKET}/"}, {"source": f"{SOURCE}hr/"}, {"source": SOURCE})

    events = [
        box.put(key, public_keys(4)[n])
        for n, key in enumerate(("a.pub", "in/b.pub", "in/hr/c.pub", "in/hrx/d.pub"))
    ]
    box.function({"Records": [record for event in events for record in event["Records"]]})

    assert box.function.fields("object", "caller") == [
        ("a.pub", "caller-1"),
        ("in/b.pub", "caller-3"),
        ("in/hr/c.pub", "caller-2"),
        ("in/hrx/d.pub", "caller-3"),
    ]


def test_policy_of_the_caller_holds(box: Box) -> None:
    """What it may not import is refused and told in the result file."""
    box.let_in({"source": SOURCE, "results": "out/"}, keyNames=["hr_*"])

    assert box.function(box.put("in/alice.pub")) == {"refused": 1}
    assert box.result("out/alice.json")["code"] == "forbidden"


def test_without_results_nothing_is_written(box: Box) -> None:
    """The log has the answer."""
    box.let_in({"source": SOURCE})

    assert box.function(box.put("in/alice.pub")) == {"created": 1}
    assert box.asked() == ["GetObject"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("denied", "misconfigured"),
        ("throttle", "upstream-busy"),
        ("http-error-before", "upstream-unreachable"),
        ("drop-before", "upstream-unreachable"),
        ("reset-after", "upstream-unreachable"),
    ],
)
def test_object_that_cannot_be_read_now_comes_again(box: Box, fault: str, code: str) -> None:
    """Raised once for the platform's repeat, with counts and places alone; the next delivery imports."""
    event = box.put("in/alice.pub")
    box.store.fault("GetObject", fault)

    with pytest.raises(Redeliver, match=rf"1 of 1 records may succeed later.*{code} 1"):
        box.function(event)

    assert box.function.fields("code", "caller") == [(code, "caller-1")]
    assert box.result("out/alice.json") is None
    assert box.function(event) == {"created": 1}


@pytest.mark.parametrize(
    ("fault", "raised", "cause"),
    [
        ("denied", False, "COS answered with status 403."),
        ("gone", False, "COS answered with status 404."),
        ("throttle", True, "upstream-busy"),
        ("drop-after", True, "upstream-unreachable"),
    ],
)
def test_result_that_cannot_be_written(box: Box, fault: str, raised: bool, cause: str) -> None:
    """What a repeat can mend is repeated; a missing right is logged, and the key is there all the same."""
    event = box.put("in/alice.pub")
    box.store.fault("PutObject", fault)

    if raised:
        with pytest.raises(Redeliver):
            box.function(event)
    else:
        assert box.function(event) == {"created": 1}

    (line,) = [line for line in box.function.log if line["log"] == "error"]
    assert (line["message"], line["bucket"]) == ("A result could not be written.", BUCKET)
    assert (line["object"], line.get("cause") or line["code"]) == ("out/alice.json", cause)
    assert box.function(event) == {"unchanged": 1}
    assert box.result("out/alice.json")["result"] == "unchanged"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("TENCENTCLOUD_REGION", ""), ("TENCENTCLOUD_SECRETID", ""), ("COS_ENDPOINT", "http://x")],
)
def test_function_that_is_not_set_up_says_so(box: Box, variable: str, value: str) -> None:
    """Ours to mend: raised, so that the event is there afterwards."""
    event = box.put("in/alice.pub")
    box.function.environ[variable] = value

    with pytest.raises(Redeliver, match="misconfigured 1"):
        box.function(event)

    assert variable in box.function.audit[0]["cause"]


def test_late_object_takes_no_more_than_its_time(box: Box) -> None:
    """A reply that is late is given up while time is left to say so, and comes again."""
    event = box.put("in/alice.pub")
    box.function.environ["TIME_BUDGET_MS"] = "1000"
    box.store.fault("GetObject", "delay-before", seconds=3)

    with pytest.raises(Redeliver, match="upstream-unreachable 1"):
        box.function(event)

    assert box.function(event) == {"created": 1}


@pytest.mark.parametrize(
    ("fault", "ending"), [("object-changed", "refused"), ("object-grown", "refused"), ("object-removed", "")]
)
def test_object_that_changes_meanwhile(box: Box, fault: str, ending: str) -> None:
    """What is read is judged, whatever the event said of it; what is gone is passed over."""
    event = box.put("in/alice.pub")
    box.store.fault("GetObject", fault)

    assert box.function(event) == ({ending: 1} if ending else {})
    assert list(box.function.cvm.account) == []


def test_unexpected_status_is_an_upstream_error(box: Box) -> None:
    """A redirect is neither followed nor believed."""
    event = box.put("in/alice.pub")
    box.store.fault("GetObject", "http-error-before", status=307)

    with pytest.raises(Redeliver, match="upstream-error 1"):
        box.function(event)


def test_many_buckets_in_one_event(box: Box) -> None:
    """Each record stands alone: one that comes later does not keep the others back."""
    box.let_in({"source": SOURCE, "results": "out/"}, {"source": "cos:other-1250000000/"})
    first, second = box.put("in/alice.pub"), box.store.put("other-1250000000", "bob.pub", TWO.encode())
    third = box.put("in/eve.pub", PRIVATE)

    event = {"Records": [*first["Records"], *second["Records"], *third["Records"]]}
    assert box.function(event) == {"created": 2, "refused": 1}
    assert {pair.key_name for pair in box.function.cvm.account} == {"alice", "bob"}


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        {},
        {"Records": []},
        {"Records": [{"cos": {}}]},
        {"Records": [{"cos": {}, "event": {}}, {"CMQ": {}}]},
    ],
)
def test_other_events_are_not_taken_for_objects(event: object) -> None:
    """Every record has to be about an object."""
    assert not trigger.recognises(event)
