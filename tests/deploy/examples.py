"""Inputs of serverless.yml as people write them, beside the project's own."""

from __future__ import annotations

from typing import Any

from package.runtime import SCF_NAME

_LEAST = {"name": "least", "region": "ap-guangzhou", "runtime": SCF_NAME, "src": "./dist/function"}
_FUNCTION: dict[str, Any] = {**_LEAST, "handler": "index.main_handler"}


def _with_event(kind: str, **parameters: Any) -> dict[str, Any]:
    return {**_FUNCTION, "events": [{kind: {"parameters": parameters}}]}


EXAMPLES: dict[str, dict[str, Any]] = {
    "least": {**_FUNCTION, "events": []},
    "everything": {
        **_FUNCTION,
        "namespace": "security",
        "type": "event",
        "description": "Nimmt SSH-Schlüssel an",
        "role": "import-key-pair",
        "memorySize": 512,
        "timeout": 30,
        "initTimeout": 10,
        "publicAccess": False,
        "eip": True,
        "environment": {"variables": {"LOG_LEVEL": "info", "TIME_BUDGET_MS": 20000, "EMPTY": ""}},
        "vpcConfig": {"vpcId": "vpc-1", "subnetId": "subnet-1"},
        "layers": [{"name": "certificates", "version": 2}],
        "deadLetter": {"type": "CMQ-QUEUE", "name": "import-key-pair-dead", "filterType": "tag"},
        "cls": {"logsetId": "1", "topicId": "2"},
        "cfs": [
            {"cfsId": "cfs-1", "localMountDir": "/mnt/a", "remoteMountDir": "/", "mountInsId": "cfs-m"},
            {"cfsId": "cfs-2", "localMountDir": "/mnt/b", "remoteMountDir": "/", "userId": 1000},
        ],
        "installDependency": False,
        "asyncRunEnable": False,
        "traceEnable": False,
        "events": [],
    },
    "emptied": {**_FUNCTION, "environment": {"variables": {}}, "layers": [], "events": []},
    "bucket": {**_FUNCTION, "src": {"bucket": "code", "object": "/function.zip"}, "events": []},
    "two timers": {
        **_FUNCTION,
        "events": [
            {"timer": {"parameters": {"name": "night", "cronExpression": "0 0 3 * * * *", "enable": True}}},
            {"timer": {"name": "noon", "parameters": {"cronExpression": "0 0 12 * * * *", "argument": "{}"}}},
        ],
    },
    "url, least": _with_event("http"),
    "url, closed": _with_event("http", name="url", authType="CAM", enable=False, qualifier="2"),
    "url, intranet": _with_event("http", netConfig={"enableIntranet": True}),
    "url, cors": _with_event(
        "http",
        netConfig={"enableExtranet": True},
        corsConfig={
            "enable": True,
            "origins": "https://a.example,https://b.example",
            "methods": ["POST"],
            "headers": ["content-type"],
            "exposeHeaders": [],
            "credentials": False,
            "maxAge": 10,
        },
    ),
    "ckafka, least": _with_event("ckafka", instanceId="ckafka-1", topic="hires"),
    "ckafka, everything": _with_event(
        "ckafka",
        instanceId="ckafka-1",
        topic="招聘",
        name="ckafka-1-招聘",
        maxMsgNum=50,
        offset="earliest",
        retry=3,
        timeout=60,
        consumerGroupName="keys",
        enable=True,
        qualifier="1",
    ),
    "cos, least": _with_event(
        "cos", bucket="keys-1250000000.cos.ap-guangzhou.myqcloud.com", events="cos:ObjectCreated:*"
    ),
    "cos, everything": _with_event(
        "cos",
        bucket="keys-1250000000.cos.ap-guangzhou.myqcloud.com",
        events="cos:ObjectCreated:Put",
        filter={"prefix": "in/", "suffix": ".pub"},
        enable=True,
        qualifier="1",
    ),
}
