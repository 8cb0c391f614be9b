import pickle

import pytest

from borgerservice.kernel.errors import DomainError


class SlotTaken(DomainError):
    code = "slot_taken"


def test_a_refusal_says_its_code_and_nothing_else():
    refusal = DomainError("too_soon", field="start", params={"hours": 2})
    assert str(refusal) == "too_soon"
    assert refusal.field == "start"
    assert refusal.params == {"hours": 2}


def test_a_kind_of_refusal_knows_its_code():
    assert SlotTaken().code == "slot_taken"
    assert SlotTaken("slot_gone").code == "slot_gone"
    assert SlotTaken.code == "slot_taken"


def test_a_refusal_without_a_code_is_a_mistake_in_the_program():
    with pytest.raises(TypeError):
        DomainError()


def test_a_refusal_survives_the_way_to_a_worker_and_back():
    refusal = pickle.loads(pickle.dumps(SlotTaken(field="start", params={"n": 1})))  # noqa: S301
    assert (refusal.code, refusal.field, refusal.params) == ("slot_taken", "start", {"n": 1})


def test_two_refusals_never_share_their_parameters():
    one, other = SlotTaken(), SlotTaken()
    one.params["n"] = 1
    assert other.params == {}
