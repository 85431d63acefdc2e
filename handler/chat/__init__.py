"""Chat bots: a command typed in a chat platform, answered in that platform's form.

`platforms` lists them, `answering` takes one message from the request to the reply.
"""
