"""Every error that the stand-in answers, with its text in English and Chinese.

A key of `TEXTS` is the API's code, where needed with `#variant` behind it to tell two texts of one code
apart. Texts that were seen in public replies of the real service are kept letter for letter and marked
with where; all others are this project's own words, because nobody has published them.
"""

from __future__ import annotations

ENGLISH = "en-US"

# fmt: off
TEXTS: dict[str, tuple[str, str]] = {
    # The API gateway: https://cloud.tencent.com/document/product/1278/46710 and the links below.
    # https://github.com/TencentCloud/tencentcloud-sdk-go/issues/89
    "AuthFailure.InvalidAuthorization": (
        "The request `Authorization` header does not conform to tencentcloud standards: {why}",
        "请求头部的 `Authorization` 不符合腾讯云标准：{why}"),
    # https://github.com/starsunyzl/ddns-scripts-dnspod/issues/3, tencentcloud-cli/issues/84
    "AuthFailure.SecretIdNotFound": (
        "The SecretId is not found, please ensure that your SecretId is correct.",
        "SecretId不存在，请输入正确的密钥。"),
    # https://github.com/jeessy2/ddns-go/issues/999
    "AuthFailure.SignatureExpire": (
        ("Signature expired. Please use local time and enable NTP service for time synchronization to"
         " avoid a deviation between `Timestamp` and the server time {now}."),
        "签名过期，`Timestamp` 和服务器时间 {now} 相差不得超过五分钟，请检查本地时间是否和标准时间同步。"),
    # https://github.com/TencentCloud/tencentcloud-sdk-ruby/issues/9
    "AuthFailure.SignatureFailure": (
        "The provided credentials could not be validated. Please check your signature is correct.",
        "请求签名验证失败，请检查您的签名计算是否正确。"),
    # The integration tests of https://github.com/TencentCloud/tencentcloud-sdk-go
    "AuthFailure.TokenFailure": (
        "Token verification failed, please check if your Token is correct.",
        "Token 校验失败，请检查您的 Token 是否正确。"),
    # https://github.com/TencentCloud/tencentcloud-sdk-java/issues/78
    "AuthFailure.UnauthorizedOperation": (
        ("You are not authorized to perform this operation. Check your CAM policies, and ensure that you"
         " are using the correct access keys. [[request id:{request_id}]you are not authorized to perform"
         " operation (cvm:{action})\nresource (qcs::cvm:::keypair/*) has no permission\n]"),
        ("您没有权限执行此操作，请检查您的 CAM 策略。[[request id:{request_id}]you are not authorized to"
         " perform operation (cvm:{action})\nresource (qcs::cvm:::keypair/*) has no permission\n]")),
    "InternalError": ("An internal error has occurred. Retry your request.", "内部错误，请稍后重试。"),
    # https://github.com/TencentCloudBase/CloudBase-AI-Toolkit/issues/301
    "InvalidAction": (
        ("The request action=`{action}` is invalid or not found in service=`cvm` and"
         " version=`2017-03-12`."),
        "请求的接口 action=`{action}` 在 service=`cvm` 和 version=`2017-03-12` 中不存在。"),
    "InvalidParameter#both": (
        "`KeyIds` and `Filters` cannot be specified at the same time.",
        "不能同时指定 `KeyIds` 和 `Filters`。"),
    "InvalidParameter#json": ("The request body is not a JSON object.", "请求体不是 JSON 对象。"),
    # https://github.com/HIllya51/LunaTranslator/issues/264
    "InvalidParameter#query": (
        "Url key and value should be splited by `=`.", "Url key and value should be splited by `=`."),
    # https://github.com/overtrue/easy-sms/issues/332
    "InvalidParameter#type": (
        "The value type of parameter `{name}` is not valid", "参数 `{name}` 的数据类型不正确"),
    # https://github.com/TencentCloud/tencentcloud-sdk-nodejs/issues/56
    "InvalidParameterValue#region": (
        "A value specified in `X-TC-Region` is not valid, is unsupported, or cannot be used.",
        "`X-TC-Region` 的取值不正确、不受支持或不可用。"),
    # https://github.com/GoogleCloudPlatform/terraformer/issues/1148
    "MissingParameter": (
        "The request is missing a required parameter `{name}`.", "请求缺少必需的参数 `{name}`。"),
    # https://github.com/TencentCloud/tencentcloud-sdk-dotnet/issues/45
    "NoSuchVersion": (
        "The specified api version=`{version}` does not exist in service=`cvm`.",
        "指定的接口版本 version=`{version}` 在 service=`cvm` 中不存在。"),
    # https://github.com/cloud-barista/cb-spider/issues/654, SUSYUSTC/MathTranslate/issues/21
    "RequestLimitExceeded": (
        ("Your current request times equals to `{count}` in a second, which exceeds the frequency limit"
         " `{limit}` for a second. Please reduce the frequency of calls."),
        "您当前每秒请求 `{count}` 次，超过了每秒频率上限 `{limit}`，请稍后重试。"),
    "RequestSizeLimitExceeded": ("The request is larger than allowed.", "请求包超过限制大小。"),
    # https://github.com/NewFuture/DDNS/issues/575
    "UnknownParameter": ("The parameter `{name}` is not recognized.", "参数 `{name}` 无法识别。"),
    "UnsupportedProtocol": (
        "Only GET and POST requests are supported.", "http(s) 请求协议错误，只支持 GET 和 POST 请求。"),

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


class _Values(dict[str, object]):
    """What placeholders stand for; an error on demand has nothing to put there."""

    def __missing__(self, name: str) -> str:
        return "..."


class ApiError(Exception):
    """A refusal that the API answers, always with HTTP status 200.

    Args:
        which: a key of `TEXTS`, or any other code, which then has a text that names nothing.
        values: what the text's placeholders stand for.
    """

    def __init__(self, which: str, **values: object) -> None:
        super().__init__(which)
        self.code = which.partition("#")[0]
        self._texts = TEXTS.get(which, ("The request has failed.", "请求失败。"))
        self._values = values

    def message(self, language: str, **context: object) -> str:
        """Give the text; Chinese unless `X-TC-Language` asks for English, as the real gateway does."""
        return self._texts[0 if language == ENGLISH else 1].format_map(_Values({**context, **self._values}))
