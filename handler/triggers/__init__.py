"""The event sources beside HTTP, one module each: `recognises(event)` and `answer(event, call)`.

`handler.event` says in which order they are asked. Only the event itself proves them: everybody who may
invoke the function (CAM) can send any of them. `callers.json` lists those that are accepted.
"""
