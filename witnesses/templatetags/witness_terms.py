"""Who may be a witness, for any page: read from the rule set in force on the day of the visit."""

from datetime import date, datetime

from django import template
from django.utils.translation import get_language

from borgerservice.kernel.clock import danish_date
from witnesses.rules.explain_documents import accepted_documents
from witnesses.rules.rule_sets import rule_set
from witnesses.selectors import rule_set_in_force

register = template.Library()


@register.inclusion_tag("witnesses/_terms.html")
def witness_terms(moment: datetime | date) -> dict[str, object]:
    """The demands on a witness at a visit at that moment or on that day, with their source."""
    return _terms(moment)


@register.inclusion_tag("witnesses/_terms_for_witness.html")
def terms_for_witness(moment: datetime) -> dict[str, object]:
    """The same, said to the witness."""
    return _terms(moment)


def _terms(moment: datetime | date) -> dict[str, object]:
    day = danish_date(moment) if isinstance(moment, datetime) else moment
    rules = rule_set(rule_set_in_force(day))
    return {
        "age": rules.witness_minimum_age.years,
        "held": rules.witness_mitid_held,
        "quota": rules.witness_quota,
        "documents": accepted_documents(rules.witness_documents, get_language() or "da"),
        "source": rules.source.cited,
    }
