"""Two presses at the same moment send what is put together once."""

from olmo.catalogue import queries, usual
from olmo.requests import basket
from olmo.requests.models import Draft, Order
from olmo.requests.wanted import Wanted
from olmo.tenancy.scope import EVERY_CLIENT, scope
from tests.at_once import AtOnce
from tests.cast import Cast, assemble


class SendingTwiceAtOnce(Cast, AtOnce):
    def setUp(self) -> None:
        super().setUp()
        assemble(self)
        with scope(EVERY_CLIENT):
            usual.add(by=self.ines)
            version = queries.form_in_force(queries.items(self.rui)[0])
            assert version is not None
            for _item in range(2):
                basket.put(Wanted(version=version, values={}, recipient=self.rui), by=self.rui)

    def test_each_item_is_ordered_once(self) -> None:
        self.together(lambda: basket.send(self.rui), lambda: basket.send(self.rui))
        with scope(EVERY_CLIENT):
            self.assertEqual((Order.objects.count(), Draft.objects.count()), (2, 0))
            wanted = Wanted(version=Order.objects.all()[0].version, values={}, recipient=self.rui, mark="one")
        self.together(lambda: basket.send_one(wanted, by=self.rui), lambda: basket.send_one(wanted, by=self.rui))
        with scope(EVERY_CLIENT):
            self.assertEqual(Order.objects.count(), 3)
        self.together(lambda: basket.put(wanted, by=self.rui), lambda: basket.put(wanted, by=self.rui))
        with scope(EVERY_CLIENT):
            self.assertEqual(Draft.objects.count(), 1)
