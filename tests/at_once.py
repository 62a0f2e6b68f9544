"""Two at the same moment: real connections, real commits."""

import threading
from collections.abc import Callable
from typing import Any, ClassVar

from django.db import connections

from olmo.kernel.errors import OlmoError
from olmo.kernel.testing import CommittingTest
from olmo.tenancy.scope import EVERY_CLIENT, scope


class AtOnce(CommittingTest):
    """`refusals` are what a verb may answer to whoever comes second; anything else is a failure."""

    refusals: ClassVar[type[OlmoError]] = OlmoError

    def together(self, *verbs: Callable[[], Any]) -> None:
        """Run the verbs at the same moment, each in its own connection and transaction."""
        barrier, failures = threading.Barrier(len(verbs)), list[BaseException]()

        def run(verb: Callable[[], Any]) -> None:
            try:
                barrier.wait(10)
                with scope(EVERY_CLIENT):
                    verb()
            except self.refusals:
                pass
            except BaseException as error:
                failures.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(failures, [])
