"""The words that a mapping's `as:` takes are declared in the model and carried out in the reading room."""

from __future__ import annotations

from reconciliation.model.transform_names import GROUP_FIELDS, SINGLE_FIELD
from reconciliation.reading.transforms import GROUPS, SINGLE


def test_every_declared_transform_can_be_carried_out_and_no_other_can() -> None:
    assert set(SINGLE) == set(SINGLE_FIELD)
    assert {*GROUPS, "address"} == set(GROUP_FIELDS)  # an address needs the whole row: reading/row_addresses
