"""The link that sets Olmo up works once, for a day, and only while nobody administers it."""

import os
import shutil
import tempfile
import time
from unittest import mock

from olmo.kernel.config import current
from olmo.kernel.testing import CommittingTest
from olmo.ops import firstrun
from olmo.people.models import Person


class SettingUp(CommittingTest):
    def setUp(self) -> None:
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        self.enterContext(mock.patch.dict(os.environ, OLMO_DATA=f"{folder}/data"))
        current.cache_clear()
        self.addCleanup(current.cache_clear)
        current().prepare_data_folder()

    def token(self) -> str:
        link = firstrun.setup_link()
        assert link is not None
        self.assertTrue(link.startswith(current().base_url + "/set-up/"))
        return link.rpartition("/")[2]

    def administrator(self) -> None:
        Person.objects.create(kind="agent", name="Ada", email="ada@desk.example", is_administrator=True)

    def test_the_link_is_accepted_and_no_other(self) -> None:
        token = self.token()
        self.assertTrue(firstrun.check_token(token))
        self.assertFalse(firstrun.check_token(token[:-1]))
        self.assertFalse(firstrun.check_token(""))

    def test_a_new_link_ends_the_earlier_one(self) -> None:
        first, second = self.token(), self.token()
        self.assertFalse(firstrun.check_token(first))
        self.assertTrue(firstrun.check_token(second))

    def test_it_ends_when_it_was_used(self) -> None:
        token = self.token()
        firstrun.burn_token()
        self.assertFalse(firstrun.check_token(token))

    def test_it_ends_after_a_day(self) -> None:
        token = self.token()
        yesterday = time.time() - firstrun.LIFETIME_SECONDS - 1
        os.utime(current().secrets_dir / firstrun.FILE, (yesterday, yesterday))
        self.assertFalse(firstrun.check_token(token))

    def test_it_ends_when_an_administrator_came_another_way(self) -> None:
        token = self.token()
        self.administrator()
        self.assertFalse(firstrun.check_token(token))
        self.assertIsNone(firstrun.setup_link())

    def test_the_token_itself_is_not_kept(self) -> None:
        token = self.token()
        path = current().secrets_dir / firstrun.FILE
        self.assertNotIn(token, path.read_text())
        self.assertEqual(0o600, path.stat().st_mode & 0o777)
