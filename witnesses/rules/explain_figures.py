"""The figures of a rule set in plain words, Danish or English, for whoever reads one whole."""

from dataclasses import dataclass

from witnesses.rules.compare import figures_of
from witnesses.rules.explain_documents import accepted_documents, documents_in_words
from witnesses.rules.figures import (
    Criterion,
    Figure,
    Language,
    MinimumAge,
    MitidHeld,
    Quota,
    Recent,
    Reversals,
    RuleSet,
    Source,
    Usable,
)
from witnesses.rules.wording import Words, words_in


@dataclass(frozen=True, slots=True)
class FigureInWords:
    """One figure or list: its name, what it asks for in one or more sentences, and where from."""

    rule: str
    name: str
    lines: tuple[str, ...]
    reading: str
    source: Source


def figures_in_words(rule_set: RuleSet, language: Language) -> list[FigureInWords]:
    """Every figure and list of a set, in the order of the answer."""
    return [
        figure_in_words(rule, figure, language) for rule, figure in figures_of(rule_set).items()
    ]


def figure_in_words(rule: str, figure: Figure, language: Language) -> FigureInWords:
    """One figure or list, under the name it has among a set's figures."""
    words = words_in(language)
    return FigureInWords(
        rule=rule,
        name=words.say(f"rules.{rule}.name"),
        lines=tuple(_capital(line) for line in _lines(rule, figure, words)),
        reading=figure.read_in(language),
        source=figure.source,
    )


def _lines(rule: str, figure: Figure, words: Words) -> list[str]:
    if isinstance(figure, Criterion):
        return accepted_documents(figure, words.language)
    if isinstance(figure, Usable):
        never = words.listed(words.say(f"documents.{kind}") for kind in figure.never)
        as_app = documents_in_words(figure.as_app, words.language)
        return [
            words.say("figures.never", documents=never),
            words.say("figures.as_app", documents=as_app),
        ]
    return [_line(rule, figure, words)]


def _line(rule: str, figure: Figure, words: Words) -> str:
    if isinstance(figure, MinimumAge):
        return words.say("figures.years", years=figure.years)
    if isinstance(figure, MitidHeld):
        days = words.count("day", figure.days)
        return words.say("figures.as_is", figure=words.say(f"compare.{figure.compare}", days=days))
    if isinstance(figure, Quota):
        days = words.count("day", figure.days)
        limit = words.say(f"limit.{figure.unit}", at_most=figure.at_most, days=days)
        return words.say("figures.as_is", figure=limit)
    if isinstance(figure, Reversals):
        return words.say("figures.reversals", at_most=figure.at_most)
    if isinstance(figure, Recent):
        documents = words.listed(words.say(f"documents.{kind}") for kind in figure.types)
        months = words.count("month", figure.months)
        return words.say("figures.recent", documents=documents, months=months)
    return words.say(f"figures.{rule}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
