"""Rule stewards at work: who they are, and a rule set put in force by two of them."""

from datetime import date, datetime

from borgerservice.municipalities.models import StaffMember, StaffRole
from borgerservice.people.services import new_person
from tests.builders import NOW, PASSWORD
from witnesses.models import RuleSetProposal
from witnesses.services.schedule import answer_rule_set, propose_rule_set


def build_steward(username: str = "", *, now: datetime = NOW) -> StaffMember:
    """A rule steward who can sign in with `PASSWORD`."""
    staff = StaffMember.objects.create_user(
        username=username or f"steward-{StaffMember.objects.count()}",
        password=PASSWORD,
        first_name="Rosa",
        last_name="Regel",
        is_staff=True,
        person=new_person(now=now),
    )
    StaffRole.unscoped.create(staff=staff, role=StaffRole.Role.RULE_STEWARD, since=now)
    return staff


def scheduled(rule_set: str, in_force_from: date, *, now: datetime = NOW) -> RuleSetProposal:
    """A rule set that one new steward proposed and another approved."""
    proposal = propose_rule_set(
        rule_set=rule_set, in_force_from=in_force_from, staff=build_steward(now=now), now=now
    )
    return answer_rule_set(proposal=proposal, approve=True, staff=build_steward(now=now), now=now)
