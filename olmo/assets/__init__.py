"""Assets: the things of a client organisation that its people work with, who has them, and who had them.

A tag is written on the thing and is unique in its organisation, whatever its capitals. An asset is never deleted: it is
retired, and its trail (`Step`) is only added to. Each write is a verb of `actions`; kinds are an administrator's
(`administration`); a file of many is read whole before anything is written (`importing`). Tickets name assets by their ids; this
room knows no tickets.
"""
