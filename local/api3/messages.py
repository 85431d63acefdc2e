"""Every error that the gateway of any service answers, with its text in English and Chinese.

A key of `TEXTS` is the API's code, where needed with `#variant` behind it to tell two texts of one code
apart. Texts that were seen in public replies of the real service are kept letter for letter and marked
with where; all others are this project's own words, because nobody has published them.
"""

from __future__ import annotations

ENGLISH = "en-US"

# fmt: off
#: A code, where needed with `#variant` behind it, to its text in English and in Chinese.
Texts = dict[str, tuple[str, str]]

TEXTS: Texts = {
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
         " operation ({service}:{action})\nresource ({resource}) has no permission\n]"),
        ("您没有权限执行此操作，请检查您的 CAM 策略。[[request id:{request_id}]you are not authorized to"
         " perform operation ({service}:{action})\nresource ({resource}) has no permission\n]")),
    "InternalError": ("An internal error has occurred. Retry your request.", "内部错误，请稍后重试。"),
    # https://github.com/TencentCloudBase/CloudBase-AI-Toolkit/issues/301
    "InvalidAction": (
        ("The request action=`{action}` is invalid or not found in service=`{service}` and"
         " version=`{version}`."),
        "请求的接口 action=`{action}` 在 service=`{service}` 和 version=`{version}` 中不存在。"),
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
        "The specified api version=`{version}` does not exist in service=`{service}`.",
        "指定的接口版本 version=`{version}` 在 service=`{service}` 中不存在。"),
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
}
# fmt: on


class _Values(dict[str, object]):
    """What placeholders stand for; an error on demand has nothing to put there."""

    def __missing__(self, name: str) -> str:
        return "..."


class ApiError(Exception):
    """A refusal that the API answers, always with HTTP status 200.

    Args:
        which: a key of a table of texts, or any other code, which then has a text that names nothing.
        values: what the text's placeholders stand for.
    """

    def __init__(self, which: str, **values: object) -> None:
        super().__init__(which)
        self.code = which.partition("#")[0]
        self._which = which
        self._values = values

    def message(self, texts: Texts, language: str, **context: object) -> str:
        """Return the text; Chinese unless `X-TC-Language` asks for English, as the real gateway does."""
        both = texts.get(self._which, ("The request has failed.", "请求失败。"))
        return both[0 if language == ENGLISH else 1].format_map(_Values({**context, **self._values}))
