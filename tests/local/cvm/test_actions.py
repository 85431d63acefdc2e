"""What ImportKeyPair, DescribeKeyPairs, DeleteKeyPairs and ModifyKeyPairAttribute answer."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from local.cvm import Options, StandIn, serve
from local.cvm.public_key import made_up
from tests.local.cvm.client import Answer, call, code, importing, run
from tests.local.cvm.test_public_key import ED25519


def tagged(tags: list[tuple[str, str]], resource: str = "keypair") -> list[dict[str, Any]]:
    """Give a TagSpecification."""
    return [{"ResourceType": resource, "Tags": [{"Key": key, "Value": value} for key, value in tags]}]


def listed(cvm: StandIn, **parameters: Any) -> list[Answer]:
    """Give the key pairs that a DescribeKeyPairs shows."""
    pairs: list[Answer] = call(cvm, "DescribeKeyPairs", parameters)["KeyPairSet"]
    return pairs


def names(cvm: StandIn, **parameters: Any) -> list[str]:
    """Give the names of the key pairs that a DescribeKeyPairs shows."""
    return [pair["KeyName"] for pair in listed(cvm, **parameters)]


class TestImport:
    """ImportKeyPair."""

    def test_stores_and_answers(self, cvm: StandIn) -> None:
        """An import answers with the new id, and a look-up shows all of it, with the comment replaced."""
        key = made_up()
        answer = run(
            cvm, "alice_laptop", key + " alice@laptop", TagSpecification=tagged([("owner", "alice")])
        )

        assert set(answer) == {"KeyId", "RequestId"}
        assert re.fullmatch(r"skey-[a-z0-9]{8}", answer["KeyId"])
        (pair,) = listed(cvm)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", pair.pop("CreatedTime"))
        assert pair == {
            "KeyId": answer["KeyId"],
            "KeyName": "alice_laptop",
            "ProjectId": 0,
            "Description": "",
            "PublicKey": f"{key} {answer['KeyId']}",
            "AssociatedInstanceIds": [],
            "Tags": [{"Key": "owner", "Value": "alice"}],
        }

    @pytest.mark.parametrize("region", ["ap-guangzhou", "na-siliconvalley", "ap-shanghai-fsi"])
    def test_names_are_unique_in_all_regions(self, cvm: StandIn, region: str) -> None:
        """An account has one list of key pairs, whatever region is asked."""
        run(cvm, "a")
        answer = call(cvm, "ImportKeyPair", importing("a"), headers={"x-tc-region": region})

        assert code(answer) == "InvalidKeyPairName.Duplicate"
        assert len(cvm.account) == 1

    def test_names_differ_by_case(self, cvm: StandIn) -> None:
        """Two spellings are two names."""
        assert code(run(cvm, "a")) == code(run(cvm, "A")) == "ok"

    @pytest.mark.parametrize(
        ("name", "observed", "documented"),
        [
            ("", "The specified key pair name is empty.", "InvalidKeyPairNameEmpty"),
            (
                "a" * 25 + "-",
                f"The specified key pair name `{'a' * 25}-` is too long, more than `25` characters.",
                "InvalidKeyPairNameTooLong",
            ),
            (
                "a-b",
                "The specified key pair name `a-b` is include illegal character `-`.",
                "InvalidKeyPairNameIncludeIllegalChar",
            ),
            (
                "a\n",
                "The specified key pair name `a\n` is include illegal character `\n`.",
                "InvalidKeyPairNameIncludeIllegalChar",
            ),
            (
                "é",
                "The specified key pair name `é` is include illegal character `é`.",
                "InvalidKeyPairNameIncludeIllegalChar",
            ),
        ],
    )
    def test_bad_names(self, cvm: StandIn, name: str, observed: str, documented: str) -> None:
        """Length comes before characters; the form is the observed one or, by a switch, the documented."""
        answer = run(cvm, name)
        assert (code(answer), answer["Error"]["Message"]) == ("InvalidParameterValue", observed)

        with serve(Options(documented_name_codes=True)) as other:
            assert code(run(other, name)) == documented

    def test_names_of_25_characters(self, cvm: StandIn) -> None:
        """The longest name is a good one."""
        assert code(run(cvm, "aZ09_" * 5)) == "ok"

    def test_keys_are_told_by_their_blob(self, cvm: StandIn) -> None:
        """The same key is there already, whatever its comment; rubbish is malformed."""
        key = made_up()
        run(cvm, "a", key + " one")

        assert code(run(cvm, "b", f"  {key} another one\n")) == "InvalidPublicKey.Duplicate"
        assert code(run(cvm, "b", key[:-4])) == "InvalidPublicKey.Malformed"
        assert code(run(cvm, "b", ED25519)) == "InvalidPublicKey.Malformed"

    def test_same_key_twice(self) -> None:
        """By a switch, a key may be there under several names, and goes with the last of them."""
        key = made_up()
        with serve(Options(same_key_twice=True)) as cvm:
            assert code(run(cvm, "a", key)) == code(run(cvm, "b", key)) == "ok"
            assert code(run(cvm, "a", key)) == "InvalidKeyPairName.Duplicate"

    def test_ed25519(self) -> None:
        """By a switch, the other algorithm is accepted."""
        with serve(Options(ed25519=True)) as cvm:
            assert code(run(cvm, "a", ED25519)) == "ok"
            assert code(run(cvm, "b", ED25519 + " x")) == "InvalidPublicKey.Duplicate"

    def test_projects(self) -> None:
        """Project 0 always exists, others if said so, all of them by a switch."""
        with serve(Options(projects=frozenset({1001}), rate=0)) as cvm:
            assert code(run(cvm, "a", ProjectId=0)) == "ok"
            assert code(run(cvm, "b", ProjectId=1001)) == "ok"
            assert code(run(cvm, "c", ProjectId=1002)) == "InvalidProjectId.NotFound"
            assert code(run(cvm, "c", ProjectId=-1)) == "InvalidProjectId.NotFound"
            assert listed(cvm)[1]["ProjectId"] == 1001
        with serve(Options(any_project=True)) as cvm:
            assert code(run(cvm, "a", ProjectId=2**63 - 1)) == "ok"

    def test_project_in_text(self, cvm: StandIn) -> None:
        """The documented example's "0" is accepted; by a switch it meets the real type check."""
        assert code(run(cvm, "a", ProjectId="0")) == "ok"
        with serve(Options(strict_types=True)) as strict:
            answer = run(strict, "a", ProjectId="0")
            assert code(answer) == "InvalidParameter"
            assert answer["Error"]["Message"] == "The value type of parameter `ProjectId` is not valid"
            assert code(run(strict, "a", ProjectId=0)) == "ok"

    def test_quota_comes_last(self) -> None:
        """A full account takes no more, but still tells that it holds a name or a key."""
        key = made_up()
        with serve(Options(quota=2)) as cvm:
            run(cvm, "a", key)
            run(cvm, "b")

            assert code(run(cvm, "c")) == "InvalidKeyPair.LimitExceeded"
            assert code(run(cvm, "a")) == "InvalidKeyPairName.Duplicate"
            assert code(run(cvm, "c", key)) == "InvalidPublicKey.Duplicate"
            cvm.account.delete("b")
            assert code(run(cvm, "c")) == "ok"

    def test_default_quota(self, cvm: StandIn) -> None:
        """An account has a hundred key pairs, as documented."""
        for number in range(99):
            cvm.account.insert(f"k{number}")

        assert code(run(cvm, "last")) == "ok"
        assert code(run(cvm, "more")) == "InvalidKeyPair.LimitExceeded"

    @pytest.mark.parametrize(
        ("tags", "expected"),
        [
            ([("qcs:x", "1")], "FailedOperation.TagKeyReserved"),
            ([("Project", "1")], "FailedOperation.TagKeyReserved"),
            ([("项目", "1")], "FailedOperation.TagKeyReserved"),
            ([("", "1")], "FailedOperation.IllegalTagKey"),
            ([("k" * 128, "1")], "FailedOperation.IllegalTagKey"),
            ([(" k", "1")], "FailedOperation.IllegalTagKey"),
            ([("k", "")], "FailedOperation.IllegalTagValue"),
            ([("k", "v" * 256)], "FailedOperation.IllegalTagValue"),
            ([("k", "v ")], "FailedOperation.IllegalTagValue"),
            ([("k", "1"), ("k", "2")], "InvalidParameterValue.DuplicateTags"),
            ([(f"k{number}", "1") for number in range(51)], "LimitExceeded.TagResourceQuota"),
            ([(f"k{number}", "1") for number in range(50)], "ok"),
            ([("k" * 127, "v" * 255)], "ok"),
        ],
    )
    def test_tags(self, cvm: StandIn, tags: list[tuple[str, str]], expected: str) -> None:
        """Tags are held against the documented rules, and nothing is stored with bad ones."""
        assert code(run(cvm, "a", TagSpecification=tagged(tags))) == expected
        assert (len(cvm.account) == 1) is (expected == "ok")

    def test_tags_are_for_key_pairs(self, cvm: StandIn) -> None:
        """Another resource's tags have no place here."""
        answer = run(cvm, "a", TagSpecification=tagged([("k", "v")], "instance"))

        assert code(answer) == "InvalidParameterValue"

    def test_one_of_many_at_once(self, cvm: StandIn) -> None:
        """However many come at one instant, a name goes to one of them."""
        codes: list[str] = []
        threads = [threading.Thread(target=lambda: codes.append(code(run(cvm, "a")))) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(codes) == ["InvalidKeyPairName.Duplicate"] * 15 + ["ok"]


class TestDescribe:
    """DescribeKeyPairs."""

    def test_pages(self, cvm: StandIn) -> None:
        """Twenty at once if nothing else is said, a hundred at most, and always the true total."""
        for number in range(120):
            cvm.account.insert(f"k{number}")

        assert names(cvm) == [f"k{number}" for number in range(20)]
        assert names(cvm, Limit=100, Offset=90) == [f"k{number}" for number in range(90, 120)]
        assert names(cvm, Offset=500) == []
        assert call(cvm, "DescribeKeyPairs", {"Limit": 1})["TotalCount"] == 120

    @pytest.mark.parametrize(
        ("parameters", "expected"),
        [
            ({"Limit": 0}, "InvalidParameterValueLimit"),
            ({"Limit": 101}, "InvalidParameterValueLimit"),
            ({"Offset": -1}, "InvalidParameterValueOffset"),
            ({"KeyIds": ["skey-1122"]}, "InvalidKeyPairId.Malformed"),
            ({"KeyIds": ["skey-00000000"] * 101}, "InvalidParameterValue.LimitExceeded"),
            ({"Filters": [{"Name": "key-id", "Values": ["x"]}]}, "InvalidFilter"),
            ({"Filters": [{"Name": "key-name", "Values": ["x"] * 6}]}, "InvalidFilterValue.LimitExceeded"),
            ({"Filters": [{"Name": "key-name", "Values": []}] * 11}, "InvalidFilterValue.LimitExceeded"),
            (
                {"KeyIds": ["skey-00000000"], "Filters": [{"Name": "key-name", "Values": ["x"]}]},
                "InvalidParameter",
            ),
        ],
    )
    def test_refuses(self, cvm: StandIn, parameters: Answer, expected: str) -> None:
        """What cannot be looked for gives the documented code."""
        assert code(call(cvm, "DescribeKeyPairs", parameters)) == expected

    def test_ids(self, cvm: StandIn) -> None:
        """Ids choose; an unknown one finds nothing and is no error."""
        pairs = [cvm.account.insert(name) for name in "abc"]

        assert names(cvm, KeyIds=[pairs[2].key_id, pairs[0].key_id, "skey-00000000"]) == ["a", "c"]
        assert names(cvm, KeyIds=[]) == ["a", "b", "c"]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ([("key-name", ["a", "c", "x"])], ["a", "c"]),
            ([("key-name", ["A"])], []),
            ([("project-id", ["7"])], ["b", "c"]),
            ([("tag-key", ["owner"])], ["a", "b"]),
            ([("tag-value", ["me"])], ["a"]),
            ([("tag:owner", ["you", "me"])], ["a", "b"]),
            ([("tag:owner", ["you"]), ("project-id", ["7"])], ["b"]),
        ],
    )
    def test_filters(self, cvm: StandIn, filters: list[tuple[str, list[str]]], expected: list[str]) -> None:
        """All filters have to fit, each with any of its values."""
        cvm.account.insert("a", tags={"owner": "me"})
        cvm.account.insert("b", project_id=7, tags={"owner": "you"})
        cvm.account.insert("c", project_id=7)

        assert names(cvm, Filters=[{"Name": name, "Values": values} for name, values in filters]) == expected

    def test_by_get(self, cvm: StandIn) -> None:
        """A GET asks with dotted names, and its numbers are text even to the strict check."""
        cvm.account.insert("a")
        cvm.account.insert("b")
        query = "Filters.0.Name=key-name&Filters.0.Values.0=b&Limit=5"

        with serve(Options(strict_types=True)) as strict:
            for stand_in in (cvm, strict):
                answer = call(stand_in, "DescribeKeyPairs", method="GET", query=query)
                assert [pair["KeyName"] for pair in answer["KeyPairSet"]] == (
                    ["b"] if stand_in is cvm else []
                )


class TestDelete:
    """DeleteKeyPairs."""

    def test_deletes(self, cvm: StandIn) -> None:
        """What is named goes, once, even if it is named twice."""
        pairs = [cvm.account.insert(name) for name in "abc"]
        answer = call(cvm, "DeleteKeyPairs", {"KeyIds": [pairs[0].key_id, pairs[2].key_id, pairs[0].key_id]})

        assert set(answer) == {"RequestId"}
        assert names(cvm) == ["b"]

    @pytest.mark.parametrize(
        ("key_id", "expected"),
        [("skey-00000000", "InvalidKeyPairId.NotFound"), ("alice", "InvalidKeyPairId.Malformed")],
    )
    def test_all_or_nothing(self, cvm: StandIn, key_id: str, expected: str) -> None:
        """One bad id, and nothing is deleted."""
        pair = cvm.account.insert("a")

        assert code(call(cvm, "DeleteKeyPairs", {"KeyIds": [pair.key_id, key_id]})) == expected
        assert names(cvm) == ["a"]


class TestModify:
    """ModifyKeyPairAttribute."""

    def test_renames_and_describes(self, cvm: StandIn) -> None:
        """Name and description change, together or alone."""
        pair = cvm.account.insert("a")
        modify = {"KeyId": pair.key_id}

        assert code(call(cvm, "ModifyKeyPairAttribute", {**modify, "KeyName": "b"})) == "ok"
        assert code(call(cvm, "ModifyKeyPairAttribute", {**modify, "Description": "mine"})) == "ok"
        assert code(call(cvm, "ModifyKeyPairAttribute", {**modify, "KeyName": "b"})) == "ok"
        assert cvm.account.key_pairs == {"b": pair._replace(key_name="b", description="mine")}

    @pytest.mark.parametrize(
        ("parameters", "expected"),
        [
            ({}, "MissingParameter"),
            ({"KeyName": "b"}, "InvalidKeyPairName.Duplicate"),
            ({"KeyName": "b-b"}, "InvalidParameterValue"),
            ({"Description": "x" * 61, "KeyName": "c"}, "InvalidParameterValue"),
            ({"KeyId": "skey-00000000", "KeyName": "c"}, "InvalidKeyPairId.NotFound"),
        ],
    )
    def test_refuses(self, cvm: StandIn, parameters: Answer, expected: str) -> None:
        """What cannot be changed stays as it is."""
        before = {name: cvm.account.insert(name) for name in "ab"}
        modify = {"KeyId": before["a"].key_id, **parameters}

        assert code(call(cvm, "ModifyKeyPairAttribute", modify)) == expected
        assert cvm.account.key_pairs == before
