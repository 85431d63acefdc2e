"""The errors of AssumeRole, with texts in English and Chinese; the texts are this project's own words."""

from __future__ import annotations

from local.api3 import messages

TEXTS: messages.Texts = {
    **messages.TEXTS,
    "InvalidParameter.ParamError": ("The parameter `{name}` is malformed.", "参数 `{name}` 格式错误。"),
    "InvalidParameter.OverTimeError": (
        "`DurationSeconds` has to be between 1 and {limit}.",
        "`DurationSeconds` 必须在 1 到 {limit} 之间。",
    ),
    "ResourceNotFound.RoleNotFound": ("The role `{arn}` does not exist.", "角色 `{arn}` 不存在。"),
    "UnauthorizedOperation": (
        "You are not authorized to assume the role `{arn}`.",
        "您没有权限扮演角色 `{arn}`。",
    ),
}
