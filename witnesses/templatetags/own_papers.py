"""What somebody said of their papers, for the page of their visit."""

from django import template
from django.utils.translation import get_language

from appointments.models import Participant
from witnesses.rules.figures import RuleSet
from witnesses.selectors.papers import OwnList, own_list

register = template.Library()


@register.simple_tag
def own_papers(comer: Participant | None, rules: RuleSet) -> OwnList | None:
    """Their own list of what to bring; None where nothing was kept, or can be read no more."""
    return own_list(comer, rules, get_language() or "da") if comer else None
