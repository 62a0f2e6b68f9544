"""Settings are read in one place, and a wrong one is told in one line."""

import tempfile
from pathlib import Path
from unittest import TestCase

from olmo.kernel.config import ConfigError, load

SECRET = "correct-horse-battery-staple"


class ReadingSettings(TestCase):
    def refusal(self, **environ: str) -> str:
        with self.assertRaises(ConfigError) as caught:
            load(environ)
        self.assertNotIn("\n", str(caught.exception))
        return str(caught.exception)

    def test_an_empty_environment_gives_a_loopback_service_with_its_own_database(self) -> None:
        config = load({})
        self.assertTrue(config.embedded)
        self.assertEqual(("127.0.0.1", 8000), (config.host, config.port))
        self.assertEqual("http://127.0.0.1:8000", config.base_url)
        self.assertEqual(("127.0.0.1", "localhost", "[::1]"), config.allowed_hosts)

    def test_a_wrong_value_names_the_variable_the_value_and_what_is_allowed(self) -> None:
        self.assertEqual("OLMO_PORT=80a: expected a whole number from 1 to 65535", self.refusal(OLMO_PORT="80a"))
        self.assertIn("OLMO_DATABASE_ROLE=root: expected one of app, owner", self.refusal(OLMO_DATABASE_ROLE="root"))
        self.assertIn("OLMO_DEBUG=perhaps: expected true or false", self.refusal(OLMO_DEBUG="perhaps"))
        self.assertIn("OLMO_BASE_URL=desk.example: expected", self.refusal(OLMO_BASE_URL="desk.example"))
        self.assertIn("OLMO_MAX_UPLOAD_BYTES=9T: expected", self.refusal(OLMO_MAX_UPLOAD_BYTES="9T"))
        self.assertIn("OLMO_TRUSTED_PROXIES: '10.0.0.1/99'", self.refusal(OLMO_TRUSTED_PROXIES="10.0.0.1/99"))
        self.assertIn("OLMO_TRANSLATE_URL=translate.lan: expected", self.refusal(OLMO_TRANSLATE_URL="translate.lan"))
        self.assertIn("OLMO_ALLOWED_HOSTS: https://x is not", self.refusal(OLMO_ALLOWED_HOSTS="https://x"))

    def test_a_misspelled_variable_is_refused(self) -> None:
        self.assertEqual("OLMO_PROT is not a setting; did you mean OLMO_PORT?", self.refusal(OLMO_PROT="1"))

    def test_a_variable_that_only_shares_the_prefix_is_left_alone(self) -> None:
        load({"OLMO_8000_TCP_PROTO": "tcp"})

    def test_no_refusal_repeats_a_secret(self) -> None:
        for name in ("OLMO_DATABASE_URL", "OLMO_SMTP_URL"):
            for value in (f"mysql://u:{SECRET}@h/db", f"smtp://u:{SECRET}@[h", f"postgresql://u:{SECRET}@h:x/db"):
                self.assertNotIn(SECRET, self.refusal(**{name: value}))
        self.assertNotIn(SECRET, self.refusal(OLMO_TRANSLATE_URL=f"http://u:{SECRET}@translate.lan"))
        self.assertNotIn("tooshort", self.refusal(OLMO_SECRET_KEY="tooshort"))

    def test_nor_does_the_printed_configuration(self) -> None:
        config = load(
            {
                "OLMO_DATABASE_URL": f"postgresql://u:{SECRET}@h/db",
                "OLMO_SMTP_URL": f"smtp://u:{SECRET}@h",
                "OLMO_SECRET_KEY": SECRET * 2,
                "OLMO_TRANSLATE_KEY": SECRET,
            }
        )
        self.assertNotIn(SECRET, repr(config))

    def test_a_secret_may_come_from_a_file(self) -> None:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("smtp+starttls://desk:p%40ss@relay.example\n")
            file.flush()
            relay = load({"OLMO_SMTP_URL_FILE": file.name}).relay
        assert relay is not None
        self.assertEqual(("relay.example", 587, "starttls"), (relay.host, relay.port, relay.security))
        self.assertEqual(("desk", "p@ss"), (relay.user, relay.password))

    def test_a_secret_file_that_is_missing_empty_or_ambiguous_is_refused(self) -> None:
        self.assertIn("OLMO_SMTP_URL_FILE=/nowhere", self.refusal(OLMO_SMTP_URL_FILE="/nowhere"))
        self.assertIn("the file is empty", self.refusal(OLMO_SMTP_URL_FILE="/dev/null"))
        self.assertIn("both set", self.refusal(OLMO_SMTP_URL="smtp://h", OLMO_SMTP_URL_FILE="/dev/null"))

    def test_sizes_may_carry_a_unit(self) -> None:
        for text in ("60M", "60 MiB", "60mb", str(60 * 2**20)):
            self.assertEqual(60 * 2**20, load({"OLMO_MAX_MESSAGE_BYTES": text}).max_message_bytes)

    def test_a_database_address_is_taken_apart(self) -> None:
        url = "postgresql://olmo:p%2Fw@db.example:6432/desk?sslmode=verify-full"
        settings = load({"OLMO_DATABASE_URL": url}).database_settings()
        self.assertEqual(("db.example", "6432", "desk"), (settings["HOST"], settings["PORT"], settings["NAME"]))
        self.assertEqual(("olmo", "p/w"), (settings["USER"], settings["PASSWORD"]))
        self.assertEqual("verify-full", settings["OPTIONS"]["sslmode"])

    def test_the_program_works_as_olmo_app_and_only_the_owner_role_does_not(self) -> None:
        url = {"OLMO_DATABASE_URL": "postgresql://o@h/d?options=-c%20jit%3Doff"}
        self.assertEqual("-c jit=off -c role=olmo_app", load(url).database_settings()["OPTIONS"]["options"])
        owner = load({**url, "OLMO_DATABASE_ROLE": "owner"})
        self.assertEqual("-c jit=off", owner.database_settings()["OPTIONS"]["options"])


class KeepingSecrets(TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_the_key_is_made_once_and_only_its_owner_may_read_it(self) -> None:
        data = self.folder / "data"
        key = load({"OLMO_DATA": str(data)}).secret_key
        self.assertEqual(key, load({"OLMO_DATA": str(data)}).secret_key)
        self.assertGreaterEqual(len(key), 50)
        self.assertEqual(0o600, (data / "secrets" / "secret_key").stat().st_mode & 0o777)
        self.assertEqual(0o700, (data / "secrets").stat().st_mode & 0o777)

    def test_a_foreign_folder_is_left_as_it_is(self) -> None:
        (self.folder / "thesis.odt").touch()
        with self.assertRaisesRegex(ConfigError, "holds other files \\(thesis.odt\\).*choose an empty or new folder"):
            load({"OLMO_DATA": str(self.folder)}).prepare_data_folder()
        self.assertEqual(["thesis.odt"], [path.name for path in self.folder.iterdir()])

    def test_a_fresh_volume_is_no_foreign_folder(self) -> None:
        (self.folder / "lost+found").mkdir()
        load({"OLMO_DATA": str(self.folder)}).prepare_data_folder()

    def test_a_folder_that_cannot_be_written_is_told(self) -> None:
        (self.folder / "file").touch()
        with self.assertRaisesRegex(ConfigError, "^OLMO_DATA=.*cannot be written"):
            load({"OLMO_DATA": str(self.folder / "file" / "data")}).prepare_data_folder()

    def test_a_path_too_long_for_a_socket_gets_a_short_folder(self) -> None:
        short, long = load({"OLMO_DATA": "/srv/olmo"}), load({"OLMO_DATA": "/srv/" + "x" * 100})
        self.assertEqual(short.postgres_dir, short.socket_dir)
        self.assertLess(len(str(long.socket_dir)), 40)
