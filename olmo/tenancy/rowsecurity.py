"""Migration operations that put a table under row security. The inner select lets the planner read the setting once."""

from django.db.migrations import RunSQL

_CLIENTS = "(select coalesce(nullif(current_setting('olmo.clients', true), ''), '{}'))::bigint[]"


def of_clients(table: str, column: str = "client_id", *, shared_when_null: bool = False) -> RunSQL:
    """Rows belong to the client in `column`; with `shared_when_null` a row without a client is seen by all."""
    test = f"{column} = any({_CLIENTS})"
    return _protect(table, f"{column} is null or {test}" if shared_when_null else test)


def of_parent(table: str, parent: str, column: str) -> RunSQL:
    """Rows are seen by whoever sees the row of `parent` that `column` names (its own policy decides)."""
    return _protect(table, f"exists (select 1 from {parent} parent where parent.id = {table}.{column})")  # noqa: S608


def of_all(table: str, parent: str, column: str) -> RunSQL:
    """Rows are seen by whoever sees every row of `parent` that the array `column` names."""
    unseen = f"not exists (select 1 from {parent} parent where parent.id = one.id)"  # noqa: S608
    return _protect(table, f"not exists (select 1 from unnest({table}.{column}) one(id) where {unseen})")  # noqa: S608


def of_some(table: str, column: str, *, when: str) -> RunSQL:
    """Rows are everybody's; those of which `when` (a condition) is true belong to the clients in the array `column`."""
    return _protect(table, f"not ({when}) or {column} && {_CLIENTS}")


def _protect(table: str, test: str) -> RunSQL:
    return RunSQL(
        f"alter table {table} enable row level security;"
        f"alter table {table} force row level security;"
        f"create policy clients on {table} using ({test}) with check ({test});",
        f"drop policy clients on {table};"
        f"alter table {table} no force row level security;"
        f"alter table {table} disable row level security;",
    )
