"""Policies are kept whole or not at all: what is wrong is said at its field."""

from typing import Any

from olmo.escalation import administration
from olmo.escalation.administration import PolicySettings
from olmo.escalation.models import Step
from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.people.models import AuditLine, Team

from .stage import Act, Escalates, Policy, StepSettings

TELL = StepSettings(value=75)


class Keeping(Escalates):
    __test__ = True

    def refused(self, *steps: StepSettings, **more: Any) -> Invalid:
        before = Policy.objects.count(), Step.objects.count()
        with self.assertRaises(Invalid) as refused:
            self.policy(*steps, **more)
        self.assertEqual((Policy.objects.count(), Step.objects.count()), before)
        return refused.exception

    def test_it_is_kept_with_its_steps_and_in_the_change_log(self) -> None:
        policy = self.policy(TELL, StepSettings(value=100, act=Act.REASSIGN, team=self.network))
        self.assertEqual([step.act for step in policy.steps.all()], [Act.NOTIFY, Act.REASSIGN])
        self.assertTrue(AuditLine.objects.filter(subject="escalation policy: Watch").exists())

    def test_a_changed_step_keeps_its_row_and_a_missing_one_goes(self) -> None:
        policy = self.policy(TELL, StepSettings(value=100, act=Act.RAISE))
        first = policy.steps.first()
        assert first is not None
        settings = PolicySettings(name="Watch", metric="resolution", steps=[StepSettings(pk=first.pk, value=60)])
        administration.save(policy, settings, by=self.ines)
        self.assertEqual(list(policy.steps.values_list("pk", "value")), [(first.pk, 60)])

    def test_without_a_step_or_a_name(self) -> None:
        self.assertEqual(self.refused().field, "steps")
        self.assertEqual(self.refused(TELL, name=" ").field, "name")

    def test_a_name_that_another_has(self) -> None:
        self.policy(TELL)
        self.assertEqual(self.refused(TELL).field, "name")

    def test_a_removed_team(self) -> None:
        self.network.is_active = False
        self.network.save()
        found = self.refused(TELL, StepSettings(act=Act.REASSIGN, team=self.network))
        self.assertEqual(found.field, "steps-1-team")
        self.assertIn("takes no tickets any more", str(found.message))

    def test_a_step_that_reaches_nobody(self) -> None:
        empty = Team.objects.create(name="Empty", tier=self.desk.tier)
        self.assertEqual(self.refused(StepSettings(act=Act.PAGE, team=empty)).field, "steps-0-act")
        self.assertEqual(self.refused(StepSettings(act=Act.NOTIFY, team=empty)).field, "steps-0-act")
        self.assertEqual(self.refused(StepSettings(act=Act.REASSIGN)).field, "steps-0-team")

    def test_a_step_after_nothing(self) -> None:
        found = self.refused(TELL, StepSettings(value=100, act=Act.RAISE, only_untaken=True))
        self.assertEqual(found.field, "steps-1-only_untaken")

    def test_a_person_who_left(self) -> None:
        self.tove.is_active = False
        self.tove.save()
        self.assertEqual(self.refused(StepSettings(person=self.tove)).field, "steps-0-person")

    def test_times_and_rounds_without_end(self) -> None:
        self.assertEqual(self.refused(StepSettings(value=0)).field, "steps-0-value")
        self.assertEqual(self.refused(StepSettings(value=100_000)).field, "steps-0-value")
        found = self.refused(StepSettings(act=Act.PAGE, team=self.desk, answer_minutes=5, rounds=99))
        self.assertEqual(found.field, "steps-0-answer_minutes")

    def test_a_line_that_starts_over_without_a_pause_or_without_an_answer(self) -> None:
        for answer, again, field in (
            (10, 14, "again_minutes"), (10, 1441, "again_minutes"), (10, -15, "again_minutes"), (0, 15, "again_minutes"),
            (4, 15, "answer_minutes"),
        ):  # fmt: skip
            step = StepSettings(act=Act.PAGE, team=self.desk, answer_minutes=answer, again_minutes=again)
            self.assertEqual(self.refused(step).field, f"steps-0-{field}")

    def test_an_answer_from_nobody(self) -> None:
        found = self.refused(StepSettings(act=Act.RAISE, answer_minutes=5))
        self.assertEqual(found.field, "steps-0-answer_minutes")

    def test_only_by_administrators_and_not_over_a_newer_change(self) -> None:
        settings = PolicySettings(name="Mine", metric="resolution", steps=[TELL])
        with self.assertRaises(NotAllowed):
            administration.save(None, settings, by=self.alma)
        policy = self.policy(TELL)
        with self.assertRaises(Conflict):
            administration.save(policy, settings, by=self.ines, seen="0" * 32)


class Circles(Escalates):
    __test__ = True

    def give(self, team: Team) -> StepSettings:
        return StepSettings(value=100, act=Act.REASSIGN, team=team)

    def circle(self, *steps: StepSettings, **more: Any) -> str:
        with self.assertRaises(Invalid) as refused:
            self.policy(*steps, **more)
        self.assertTrue(str(refused.exception.field).endswith("-team"))
        return str(refused.exception.message)

    def test_back_to_the_team_that_it_came_from(self) -> None:
        self.circle(self.give(self.desk), team=self.desk)
        words = self.circle(self.give(self.network), self.give(self.desk), team=self.desk)
        self.assertIn("Network", words)

    def test_through_another_policy(self) -> None:
        self.policy(self.give(self.network), name="Up", team=self.desk)
        words = self.circle(self.give(self.desk), name="Down", team=self.network)
        self.assertIn("Service desk → Network → Service desk", words)

    def test_through_a_policy_for_every_team(self) -> None:
        self.policy(self.give(self.network), name="Up")
        self.circle(self.give(self.desk), name="Down", team=self.network)

    def test_policies_that_never_meet_make_none(self) -> None:
        self.policy(self.give(self.network), name="Up", team=self.desk, priorities=(1,))
        self.policy(self.give(self.desk), name="Down", team=self.network, priorities=(4,))
        self.policy(self.give(self.desk), name="Other promise", team=self.network, metric="first_response")
