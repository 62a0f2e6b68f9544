"""The arithmetic of service levels: pure functions on whole seconds since 1970, without database, settings or Django.

`working_time` says when time counts, `terms` what was promised when, `clock` what follows for one ticket, `case` reads it all
from JSON. Instants are integers (UTC seconds), so that no zone, fold or float can creep into a sum.
"""
