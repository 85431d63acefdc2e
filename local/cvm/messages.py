"""Every error that the key pair API answers, with its text in English and Chinese.

Texts that were seen in public replies of the real service are kept letter for letter and marked with where;
all others are this project's own words, because nobody has published them.
"""

from __future__ import annotations

from local.api3 import messages

# fmt: off
TEXTS: messages.Texts = {
    **messages.TEXTS,

    # The key pairs: https://cloud.tencent.com/document/api/213/15703 and its neighbours.
    # The name texts: https://github.com/cloud-barista/cb-spider/issues/486, cb-tumblebug/pull/2455
    "InvalidParameterValue#empty": ("The specified key pair name is empty.", "指定的密钥对名称为空。"),
    "InvalidParameterValue#long": (
        "The specified key pair name `{name}` is too long, more than `25` characters.",
        "指定的密钥对名称 `{name}` 过长，超过 `25` 个字符。"),
    "InvalidParameterValue#character": (
        "The specified key pair name `{name}` is include illegal character `{character}`.",
        "指定的密钥对名称 `{name}` 包含非法字符 `{character}`。"),
    "InvalidKeyPairNameEmpty": ("The key pair name is empty.", "密钥对名称为空。"),
    "InvalidKeyPairNameTooLong": (
        "The key pair name `{name}` has more than 25 characters.", "密钥对名称 `{name}` 超过 25 个字符。"),
    "InvalidKeyPairNameIncludeIllegalChar": (
        "The key pair name `{name}` has the illegal character `{character}`.",
        "密钥对名称 `{name}` 包含非法字符 `{character}`。"),
    "InvalidKeyPairName.Duplicate": (
        "The key pair name `{name}` already exists.", "密钥对名称 `{name}` 已存在。"),
    "InvalidPublicKey.Malformed": ("The public key is malformed.", "公钥格式错误。"),
    "InvalidPublicKey.Duplicate": ("The public key already exists.", "公钥已存在。"),
    "InvalidKeyPair.LimitExceeded": (
        "The number of key pairs exceeds the limit `{limit}`.", "密钥对数量超过上限 `{limit}`。"),
    "InvalidProjectId.NotFound": ("The project `{project}` does not exist.", "项目 `{project}` 不存在。"),
    "InvalidKeyPairId.Malformed": (
        "The key pair ID `{key_id}` is malformed.", "密钥对 ID `{key_id}` 格式错误。"),
    "InvalidKeyPairId.NotFound": ("The key pair `{key_id}` does not exist.", "密钥对 `{key_id}` 不存在。"),
    "InvalidParameterValue.LimitExceeded": (
        "`{name}` holds more than {limit} values.", "`{name}` 的取值超过 {limit} 个。"),
    "InvalidParameterValueLimit": ("`Limit` has to be between 1 and 100.", "`Limit` 必须在 1 到 100 之间。"),
    "InvalidParameterValueOffset": ("`Offset` must not be negative.", "`Offset` 不能为负数。"),
    "InvalidFilter": ("The filter `{name}` is not supported.", "过滤器 `{name}` 不受支持。"),
    "InvalidFilterValue.LimitExceeded": (
        "At most 10 filters with 5 values each are allowed.", "最多允许 10 个过滤器，每个最多 5 个值。"),
    "InvalidParameterValue#description": (
        "The description has more than 60 characters.", "描述超过 60 个字符。"),

    # Tags: https://www.tencentcloud.com/document/product/651/13354
    "InvalidParameterValue#resource": (
        "`ResourceType` has to be `keypair`.", "`ResourceType` 必须为 `keypair`。"),
    "FailedOperation.TagKeyReserved": ("The tag key `{key}` is reserved.", "标签键 `{key}` 为系统保留。"),
    "FailedOperation.IllegalTagKey": ("The tag key `{key}` is not allowed.", "标签键 `{key}` 不合法。"),
    "FailedOperation.IllegalTagValue": (
        "The value of the tag `{key}` is not allowed.", "标签 `{key}` 的值不合法。"),
    "LimitExceeded.TagResourceQuota": ("A resource has at most 50 tags.", "一个资源最多 50 个标签。"),
    "InvalidParameterValue.DuplicateTags": ("The tag key `{key}` is repeated.", "标签键 `{key}` 重复。"),
}
# fmt: on
