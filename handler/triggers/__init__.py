"""The event sources beside HTTP, one module each: `recognises(event)` and `answer(event, call)`.

`handler.event` says in which order they are asked. They prove themselves by nothing but the event:
whoever may invoke the function (CAM) can send any of them, and `callers.json` lists those that count.
"""
