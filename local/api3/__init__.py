"""Version 3.0 of Tencent Cloud's API gateway: signature, token, version, action, rate, parameters."""
