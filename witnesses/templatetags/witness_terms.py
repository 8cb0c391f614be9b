"""Who may be a witness, for any page: read from the rule set in force on the day of the visit."""

from datetime import datetime
from functools import partial

from django import template
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from borgerservice.kernel.clock import danish_date
from witnesses.rules.explain_documents import accepted_documents
from witnesses.rules.figures import RuleSet
from witnesses.selectors.cases import rules_on

register = template.Library()


@register.simple_tag
def rules_at(moment: datetime) -> SimpleLazyObject:
    """The rules at a visit at that moment; read once for the page, if it asks for any."""
    return SimpleLazyObject(partial(rules_on, danish_date(moment)))


@register.inclusion_tag("witnesses/_terms.html")
def witness_terms(rules: RuleSet) -> dict[str, object]:
    """What the rules demand of a witness, with their source."""
    return _terms(rules)


@register.inclusion_tag("witnesses/_terms_for_witness.html")
def terms_for_witness(moment: datetime) -> dict[str, object]:
    """The same, said to the witness, for a visit at that moment."""
    return _terms(rules_on(danish_date(moment)))


def _terms(rules: RuleSet) -> dict[str, object]:
    return {
        "age": rules.witness_minimum_age.years,
        "held": rules.witness_mitid_held,
        "quota": rules.witness_quota,
        "documents": accepted_documents(rules.witness_documents, get_language() or "da"),
        "source": rules.source.cited,
    }
