"""The four actions on key pairs, each a shape for its parameters and a function on the account.

Sources: https://cloud.tencent.com/document/api/213/15703 (import), 15699 (describe), 15700 (delete),
15701 (modify). ImportKeyPair checks in this order: name, duplicate name, key, duplicate key, project, tags,
quota. That order is this project's choice beyond "length before characters", which was seen. Because the
quota comes last, a full account that holds the key still answers Duplicate.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from local.api3.messages import ApiError
from local.api3.parameters import ParameterShape
from local.cvm import public_key
from local.cvm.account import AccountStore, StoredKeyPair
from local.cvm.options import Options

Parameters = dict[str, Any]

_KEY_ID = re.compile(r"skey-[a-z0-9]{8}")
_ILLEGAL = re.compile(r"[^A-Za-z0-9_]")
_RESERVED_TAG = re.compile(r"qcs:|project|项目", re.IGNORECASE)
_FILTERS: dict[str, Callable[[StoredKeyPair, list[str]], bool]] = {
    "project-id": lambda pair, values: str(pair.project_id) in values,
    "key-name": lambda pair, values: pair.key_name in values,
    "tag-key": lambda pair, values: any(key in values for key in pair.tags),
    "tag-value": lambda pair, values: any(value in values for value in pair.tags.values()),
}


class Action(NamedTuple):
    """What one action takes, and what it does under the account's lock."""

    shape: ParameterShape
    run: Callable[[Parameters, AccountStore, Options], Parameters]


def _import_key_pair(sent: Parameters, account: AccountStore, options: Options) -> Parameters:
    name = sent["KeyName"]
    _check_name(name, options)
    if account.named(name):
        raise ApiError("InvalidKeyPairName.Duplicate", name=name)
    key = public_key.decode(sent["PublicKey"], options.ed25519)
    if not key:
        raise ApiError("InvalidPublicKey.Malformed")
    if account.holds(key[1]) and not options.same_key_twice:
        raise ApiError("InvalidPublicKey.Duplicate")
    project = sent["ProjectId"]
    if project != 0 and not options.any_project and project not in options.projects:
        raise ApiError("InvalidProjectId.NotFound", project=project)
    tags = _tags(sent.get("TagSpecification", []))
    if options.quota and len(account) >= options.quota:
        raise ApiError("InvalidKeyPair.LimitExceeded", limit=options.quota)
    return {"KeyId": account.insert(name, sent["PublicKey"], project, tags).key_id}


def _describe_key_pairs(sent: Parameters, account: AccountStore, options: Options) -> Parameters:
    if sent.get("KeyIds") and sent.get("Filters"):
        raise ApiError("InvalidParameter#both")
    offset, limit = sent.get("Offset", 0), sent.get("Limit", 20)
    if offset < 0:
        raise ApiError("InvalidParameterValueOffset")
    if not 1 <= limit <= 100:
        raise ApiError("InvalidParameterValueLimit")
    wanted = set(_key_ids(sent["KeyIds"])) if sent.get("KeyIds") else None
    tests = [_filter(entry) for entry in sent.get("Filters", [])]
    if len(tests) > 10:
        raise ApiError("InvalidFilterValue.LimitExceeded")
    found = list(account)
    if wanted is not None or tests:
        found = [
            pair
            for pair in found
            if (wanted is None or pair.key_id in wanted) and all(test(pair) for test in tests)
        ]
    shown = [_shown(pair) for pair in found[offset : offset + limit]]
    return {"TotalCount": len(found), "KeyPairSet": shown}


def _delete_key_pairs(sent: Parameters, account: AccountStore, options: Options) -> Parameters:
    pairs = [_existing(key_id, account) for key_id in _key_ids(sent["KeyIds"])]
    for pair in {pair.key_id: pair for pair in pairs}.values():
        account.delete(pair.key_name)
    return {}


def _modify_key_pair_attribute(sent: Parameters, account: AccountStore, options: Options) -> Parameters:
    (key_id,) = _key_ids([sent["KeyId"]])
    pair = _existing(key_id, account)
    name, description = sent.get("KeyName"), sent.get("Description")
    if name is None and description is None:
        raise ApiError("MissingParameter", name="KeyName")
    if name is not None:
        _check_name(name, options)
        if name != pair.key_name and account.named(name):
            raise ApiError("InvalidKeyPairName.Duplicate", name=name)
    if description is not None and len(description) > 60:
        raise ApiError("InvalidParameterValue#description")
    if name is not None:
        pair = account.rename(pair.key_name, name)
    if description is not None:
        account.replace(pair._replace(description=description))
    return {}


_TAG_SPECIFICATION: ParameterShape = [{"ResourceType!": str, "Tags!": [{"Key!": str, "Value!": str}]}]

ACTIONS = {
    "ImportKeyPair": Action(
        {"KeyName!": str, "ProjectId!": int, "PublicKey!": str, "TagSpecification": _TAG_SPECIFICATION},
        _import_key_pair,
    ),
    "DescribeKeyPairs": Action(
        {"KeyIds": [str], "Filters": [{"Name!": str, "Values!": [str]}], "Offset": int, "Limit": int},
        _describe_key_pairs,
    ),
    "DeleteKeyPairs": Action({"KeyIds!": [str]}, _delete_key_pairs),
    "ModifyKeyPairAttribute": Action(
        {"KeyId!": str, "KeyName": str, "Description": str}, _modify_key_pair_attribute
    ),
}


def _check_name(name: str, options: Options) -> None:
    """Refuse a name in the words that were seen, or with the documented codes, which were not."""
    documented = options.documented_name_codes
    if not name:
        raise ApiError("InvalidKeyPairNameEmpty" if documented else "InvalidParameterValue#empty")
    if len(name) > 25:
        raise ApiError("InvalidKeyPairNameTooLong" if documented else "InvalidParameterValue#long", name=name)
    if illegal := _ILLEGAL.search(name):
        which = "InvalidKeyPairNameIncludeIllegalChar" if documented else "InvalidParameterValue#character"
        raise ApiError(which, name=name, character=illegal.group())


def _tags(specifications: list[Parameters]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for specification in specifications:
        if specification["ResourceType"] != "keypair":
            raise ApiError("InvalidParameterValue#resource")
        for tag in specification["Tags"]:
            key, value = tag["Key"], tag["Value"]
            if _RESERVED_TAG.match(key):
                raise ApiError("FailedOperation.TagKeyReserved", key=key)
            if not 1 <= len(key) <= 127 or key != key.strip():
                raise ApiError("FailedOperation.IllegalTagKey", key=key)
            if not 1 <= len(value) <= 255 or value != value.strip():
                raise ApiError("FailedOperation.IllegalTagValue", key=key)
            if key in tags:
                raise ApiError("InvalidParameterValue.DuplicateTags", key=key)
            tags[key] = value
    if len(tags) > 50:
        raise ApiError("LimitExceeded.TagResourceQuota")
    return tags


def _key_ids(key_ids: list[str]) -> list[str]:
    if len(key_ids) > 100:
        raise ApiError("InvalidParameterValue.LimitExceeded", name="KeyIds", limit=100)
    for key_id in key_ids:
        if not _KEY_ID.fullmatch(key_id):
            raise ApiError("InvalidKeyPairId.Malformed", key_id=key_id)
    return key_ids


def _existing(key_id: str, account: AccountStore) -> StoredKeyPair:
    pair = account.get(key_id)
    if not pair:
        raise ApiError("InvalidKeyPairId.NotFound", key_id=key_id)
    return pair


def _filter(entry: Parameters) -> Callable[[StoredKeyPair], bool]:
    name, values = entry["Name"], entry["Values"]
    if len(values) > 5:
        raise ApiError("InvalidFilterValue.LimitExceeded")
    if name.startswith("tag:"):
        return lambda pair: pair.tags.get(name[4:]) in values
    if name not in _FILTERS:
        raise ApiError("InvalidFilter", name=name)
    return lambda pair: _FILTERS[name](pair, values)


def _shown(pair: StoredKeyPair) -> Parameters:
    return {
        "KeyId": pair.key_id,
        "KeyName": pair.key_name,
        "ProjectId": pair.project_id,
        "Description": pair.description,
        "PublicKey": pair.public_key,
        "AssociatedInstanceIds": list(pair.instance_ids),
        "CreatedTime": pair.created,
        "Tags": [{"Key": key, "Value": value} for key, value in pair.tags.items()],
    }
