"""The event that a COS trigger hands to a function.

Source: https://cloud.tencent.com/document/product/583/9707.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from local.cos.objects import Stored

# Events name regions in a short form; those that are not here are named in full.
_SHORT = {"ap-guangzhou": "gz", "ap-shanghai": "sh", "ap-beijing": "bj", "ap-chengdu": "cd"}


def event(
    bucket: str, key: str, stored: Stored, region: str, name: str = "cos:ObjectCreated:Put"
) -> dict[str, Any]:
    """Return the event of one object.

    Args:
        bucket: with its APPID, `keys-1250000000`.
        key: of the object, without a slash before it.
        stored: the object.
        region: in full, `ap-guangzhou`.
        name: of the event; the rule's own, `cos:ObjectCreated:*`, is possible as well.
    """
    bucket_name, _, app_id = bucket.rpartition("-")
    meta = {
        "Content-Type": stored.headers.get("content-type", ""),
        "x-cos-request-id": "NWMxOWY4MGFfMjViMjU4",
    }
    own = {header: value for header, value in stored.headers.items() if header.startswith("x-cos-meta-")}
    return {
        "Records": [
            {
                "cos": {
                    "cosSchemaVersion": "1.0",
                    "cosObject": {
                        "url": f"http://{bucket}.cos.{region}.myqcloud.com/{quote(key)}",
                        "meta": {**meta, **own},
                        "vid": "",
                        "key": f"/{app_id}/{bucket_name}/{key}",
                        "size": len(stored.body),
                    },
                    "cosBucket": {
                        "region": _SHORT.get(region, region),
                        "name": bucket_name,
                        "appid": app_id,
                        "cosRegion": region,
                    },
                    "cosNotificationId": "unkown",
                },
                "event": {
                    "eventName": name,
                    "eventVersion": "1.0",
                    "eventTime": int(stored.written),
                    "eventSource": "qcs::cos",
                    "requestParameters": {
                        "requestSourceIP": "192.0.2.15",
                        "requestHeaders": {"Authorization": "q-sign-algorithm=sha1&q-ak=AKIDuploader"},
                    },
                    "eventQueue": f"qcs:0:scf:{_SHORT.get(region, region)}:appid/{app_id}:default",
                    "reservedInfo": "",
                    "reqid": 179398952,
                },
            }
        ]
    }
