# Generated from schemas/import-key-pair.request.json by `python -m package.validator`; do not edit.
"""Says whether a value is a request, without a word why not."""

from __future__ import annotations

import re

from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


class _Refused(Exception):
    pass


def accepts(value: object) -> bool:
    """Say whether the schema accepts a value; half surrogate pairs are not looked for."""
    try:
        _check(value)
    except _Refused:
        return False
    return True


def _check(data: Any) -> None:
    if not isinstance(data, dict):
        raise _Refused
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['keyName', 'publicKey']) - data.keys()
        if data__missing_keys:
            raise _Refused
        data_keys = set(data.keys())
        if 'keyName' in data_keys:
            data_keys.remove('keyName')
            data__keyName = data['keyName']
            if not isinstance(data__keyName, str):
                raise _Refused
            if isinstance(data__keyName, str):
                data__keyName_len = len(data__keyName)
                if data__keyName_len < 1:
                    raise _Refused
                if data__keyName_len > 25:
                    raise _Refused
                if not re.compile('^[A-Za-z0-9_]{1,25}(?![\\s\\S])').search(data__keyName):
                    raise _Refused
        if 'publicKey' in data_keys:
            data_keys.remove('publicKey')
            data__publicKey = data['publicKey']
            if not isinstance(data__publicKey, str):
                raise _Refused
        if 'projectId' in data_keys:
            data_keys.remove('projectId')
            data__projectId = data['projectId']
            data__projectId_any_of_count1 = 0
            if not data__projectId_any_of_count1:
                try:
                    if not isinstance(data__projectId, int) and (not (isinstance(data__projectId, float) and data__projectId.is_integer())) or isinstance(data__projectId, bool):
                        raise _Refused
                    if isinstance(data__projectId, (int, float)) and (not isinstance(data__projectId, bool)):
                        if data__projectId < 0:
                            raise _Refused
                        if data__projectId > 9223372036854775807:
                            raise _Refused
                    data__projectId_any_of_count1 += 1
                except _Refused:
                    pass
            if not data__projectId_any_of_count1:
                try:
                    if not isinstance(data__projectId, str):
                        raise _Refused
                    if isinstance(data__projectId, str):
                        data__projectId_len = len(data__projectId)
                        if data__projectId_len < 1:
                            raise _Refused
                        if data__projectId_len > 19:
                            raise _Refused
                        if not re.compile('^(?:0|[1-9][0-9]{0,17}|[1-8][0-9]{18}|9(?:[01][0-9]{17}|2(?:[01][0-9]{16}|2(?:[0-2][0-9]{15}|3(?:[0-2][0-9]{14}|3(?:[0-6][0-9]{13}|7(?:[01][0-9]{12}|20(?:[0-2][0-9]{10}|3(?:[0-5][0-9]{9}|6(?:[0-7][0-9]{8}|8(?:[0-4][0-9]{7}|5(?:[0-3][0-9]{6}|4(?:[0-6][0-9]{5}|7(?:[0-6][0-9]{4}|7(?:[0-4][0-9]{3}|5(?:[0-7][0-9]{2}|80[0-7]))))))))))))))))(?![\\s\\S])').search(data__projectId):
                            raise _Refused
                    data__projectId_any_of_count1 += 1
                except _Refused:
                    pass
            if not data__projectId_any_of_count1:
                raise _Refused
        if 'region' in data_keys:
            data_keys.remove('region')
            data__region = data['region']
            if not isinstance(data__region, str):
                raise _Refused
            if isinstance(data__region, str):
                data__region_len = len(data__region)
                if data__region_len > 32:
                    raise _Refused
                if not re.compile('^[a-z]{2,}(?:-[a-z0-9]+)+(?![\\s\\S])').search(data__region):
                    raise _Refused
        if 'account' in data_keys:
            data_keys.remove('account')
            data__account = data['account']
            if not isinstance(data__account, str):
                raise _Refused
            if isinstance(data__account, str):
                data__account_len = len(data__account)
                if data__account_len < 1:
                    raise _Refused
                if data__account_len > 32:
                    raise _Refused
                if not re.compile('^[A-Za-z0-9_-]{1,32}(?![\\s\\S])').search(data__account):
                    raise _Refused
        if 'expiresOn' in data_keys:
            data_keys.remove('expiresOn')
            data__expiresOn = data['expiresOn']
            if not isinstance(data__expiresOn, str):
                raise _Refused
            if isinstance(data__expiresOn, str):
                data__expiresOn_len = len(data__expiresOn)
                if data__expiresOn_len < 10:
                    raise _Refused
                if data__expiresOn_len > 10:
                    raise _Refused
                if not re.compile('^(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)(?![\\s\\S])').search(data__expiresOn):
                    raise _Refused
        if 'tags' in data_keys:
            data_keys.remove('tags')
            data__tags = data['tags']
            if not isinstance(data__tags, dict):
                raise _Refused
            data__tags_is_dict = isinstance(data__tags, dict)
            if data__tags_is_dict:
                data__tags_len = len(data__tags)
                if data__tags_len > 50:
                    raise _Refused
                data__tags_keys = set(data__tags.keys())
                for data__tags_key in data__tags_keys:
                    if data__tags_key not in []:
                        data__tags_value = data__tags.get(data__tags_key)
                        if not isinstance(data__tags_value, str):
                            raise _Refused
                        if isinstance(data__tags_value, str):
                            data__tags_value_len = len(data__tags_value)
                            if data__tags_value_len < 1:
                                raise _Refused
                            if data__tags_value_len > 255:
                                raise _Refused
                            if not re.compile('^(?![\\t-\\r\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff])[\\s\\S]*[^\\t-\\r\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff](?![\\s\\S])').search(data__tags_value):
                                raise _Refused
                if data__tags_len != 0:
                    data__tags_property_names = True
                    for data__tags_key in data__tags:
                        try:
                            if not isinstance(data__tags_key, str):
                                raise _Refused
                            if isinstance(data__tags_key, str):
                                data__tags_key_len = len(data__tags_key)
                                if data__tags_key_len < 1:
                                    raise _Refused
                                if data__tags_key_len > 127:
                                    raise _Refused
                                if not re.compile('^(?![Qq][Cc][Ss]:|[Pp][Rr][Oo][Jj][Ee][Cc][Tt]|项目)(?![\\t-\\r\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff])[\\s\\S]*[^\\t-\\r\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff](?![\\s\\S])').search(data__tags_key):
                                    raise _Refused
                        except _Refused:
                            data__tags_property_names = False
                    if not data__tags_property_names:
                        raise _Refused
        if 'dryRun' in data_keys:
            data_keys.remove('dryRun')
            data__dryRun = data['dryRun']
            if not isinstance(data__dryRun, bool):
                raise _Refused
        if data_keys:
            raise _Refused
