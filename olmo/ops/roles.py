"""The database's two roles, and what each may do.

The login role owns the tables and migrates. The program itself works as `olmo_app`, which owns nothing and
is neither superuser nor exempt from row security: a connection logs in as the first and becomes the second.
"""

import psycopg
from psycopg import sql

from olmo.kernel.config import APP_ROLE, OWNER_ROLE, Config, Database
from olmo.ops import postgres
from olmo.ops.problems import Problem

Connection = psycopg.Connection[tuple[object, ...]]
APP = sql.Identifier(APP_ROLE)

# What olmo_app gets on everything the owner will ever create in schema public.
STANDING_GRANTS = (
    "SELECT, INSERT, UPDATE, DELETE ON TABLES",
    "USAGE, SELECT ON SEQUENCES",
    "EXECUTE ON FUNCTIONS",
)


def connect(database: Database, **more: str) -> Connection:
    """A plain autocommit connection as the login role. Raises Problem with one line on what to correct."""
    options = {"connect_timeout": "10", "application_name": "olmo", **dict(database.options), **more}
    try:
        return psycopg.connect(
            host=database.host,
            port=database.port,
            dbname=database.name,
            user=database.user,
            password=database.password or None,
            autocommit=True,
            **options,  # type: ignore[arg-type]  # libpq's options are all text
        )
    except psycopg.OperationalError as error:
        raise Problem(_explain(database, error)) from error


def _explain(database: Database, error: psycopg.OperationalError) -> str:
    said = " ".join(str(error).split())
    place, who = f"{database.host}:{database.port}", database.user
    if "does not exist" in said and "database" in said:
        advice = f'create it there with: CREATE DATABASE "{database.name}" OWNER "{who}"'
        return f"{database.setting}: {place} has no database {database.name}; {advice}"
    if "authentication failed" in said or "no password supplied" in said or ("role" in said and "exist" in said):
        return f"{database.setting}: {place} does not let the user {who} in; correct its user and password"
    if "pg_hba.conf" in said:
        return f"{database.setting}: {place} accepts no connection from here as {who}; see its pg_hba.conf"
    return (
        f"{database.setting}: no PostgreSQL answers at {place}; start it, or correct the host and port "
        f"({said.rpartition('failed: ')[2][:160]})"
    )


def require_app_role(config: Config) -> None:
    """Refuse to work when connections do not become olmo_app: row security would not hold. Raises Problem.

    A pooler between us and PostgreSQL may drop the start-up option that asks for the role.
    """
    options = config.database_settings(pool=False)["OPTIONS"]
    with connect(config.login(), options=options["options"]) as login:
        if login.execute("SELECT current_user").fetchone() != (APP_ROLE,):
            raise Problem(
                f"OLMO_DATABASE_URL: connections do not become {APP_ROLE}: let the pooler pass the start-up "
                "parameter `options`, or connect to PostgreSQL itself"
            )


def establish(config: Config) -> None:
    """See to it that the roles, the database and the standing grants are there. Raises Problem."""
    if config.embedded:
        with psycopg.connect(postgres.server(config).dsn, autocommit=True) as superuser:
            make_roles(superuser, config.login().password)
            make_database(superuser, "olmo")
        make_vectors(postgres.server(config).dsn, "olmo")
    with connect(config.login()) as login:
        require_release(login)
        if not config.embedded:
            _make_app_role(login)
        grant(login)


def require_release(login: Connection) -> None:
    """Refuse a server that is too old to run Olmo."""
    if login.info.server_version < 160000:
        found = login.info.server_version // 10000
        raise Problem(f"OLMO_DATABASE_URL: this is PostgreSQL {found}, and Olmo needs 16 or newer")


def make_roles(superuser: Connection, password: str) -> None:
    """Create the owner (who logs in with that password) and olmo_app, unless they are there."""
    for name, options in ((OWNER_ROLE, "LOGIN"), (APP_ROLE, "NOLOGIN")):
        if not _exists(superuser, "SELECT 1 FROM pg_roles WHERE rolname = %s", name):
            superuser.execute(
                sql.SQL("CREATE ROLE {} {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS").format(
                    sql.Identifier(name), sql.SQL(options)
                )
            )
    owner = sql.Identifier(OWNER_ROLE)
    superuser.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(owner, sql.Literal(password)))
    superuser.execute(sql.SQL("GRANT {} TO {}").format(APP, owner))


def make_database(superuser: Connection, name: str) -> None:
    """Create a database of the owner's that strangers may not even enter, unless it is there."""
    if _exists(superuser, "SELECT 1 FROM pg_database WHERE datname = %s", name):
        return
    database, owner = sql.Identifier(name), sql.Identifier(OWNER_ROLE)
    superuser.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(database, owner))
    superuser.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))


def make_vectors(dsn: str, name: str) -> None:
    """Let the columns of a database hold vectors (pgvector), which only a superuser may; dsn: the superuser's way in."""
    with psycopg.connect(dsn, dbname=name, autocommit=True) as superuser:
        superuser.execute("CREATE EXTENSION IF NOT EXISTS vector")


def grant(login: Connection) -> None:
    """Let olmo_app use all that the login role has created and will create in schema public."""
    login.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(_here(login), APP))
    login.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(APP))
    for privilege in STANDING_GRANTS:
        login.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} TO {}").format(
                sql.SQL(privilege),  # ours, from STANDING_GRANTS
                APP,
            )
        )


def _make_app_role(login: Connection) -> None:
    """In a database given to us: create olmo_app if we may, else say which two statements are needed."""
    may = login.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user").fetchone()
    exists = _exists(login, "SELECT 1 FROM pg_roles WHERE rolname = %s", APP_ROLE)
    try:
        if not exists and may == (True,):
            login.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOSUPERUSER NOBYPASSRLS").format(APP))
        if not _may_become_app(login):
            login.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(APP))
    except psycopg.Error:
        pass  # what is still missing is told below, with the way out
    if not _may_become_app(login):
        create = "" if exists else f"CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS; "
        raise Problem(
            f"OLMO_DATABASE_URL: {login.info.user} cannot become the role {APP_ROLE}; an administrator of the "
            f'database runs: {create}GRANT {APP_ROLE} TO "{login.info.user}";'
        )
    unsafe = "SELECT 1 FROM pg_roles WHERE rolname = %s AND (rolsuper OR rolbypassrls)"
    if _exists(login, unsafe, APP_ROLE):
        raise Problem(
            f"OLMO_DATABASE_URL: the role {APP_ROLE} escapes row security; an administrator runs: "
            f"ALTER ROLE {APP_ROLE} NOSUPERUSER NOBYPASSRLS;"
        )


def _may_become_app(login: Connection) -> bool:
    exists = "SELECT 1 FROM pg_roles WHERE rolname = %s"
    return _exists(login, exists, APP_ROLE) and _exists(
        login, "SELECT 1 WHERE pg_has_role(current_user, %s, 'SET')", APP_ROLE
    )


def _exists(connection: Connection, query: str, name: str) -> bool:
    return connection.execute(query.encode(), (name,)).fetchone() is not None


def _here(login: Connection) -> sql.Identifier:
    return sql.Identifier(login.info.dbname)
