"""Shows which key pairs an account holds.

`query` says which are asked for, `listing` has them, `over_http` answers the routes.
"""
