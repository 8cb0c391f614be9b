"""Who a person turned out to be, within a hand-written statement."""


def root_of(column: str) -> str:
    """SQL for the root of the person in a column: mostly themselves."""
    return (
        f"coalesce((SELECT min(root_id) FROM people_personlink WHERE person_id = {column}),"  # noqa: S608
        f" {column})"
    )
