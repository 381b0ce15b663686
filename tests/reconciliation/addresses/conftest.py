"""The made register, built once."""

from __future__ import annotations

import pytest

from reconciliation.addresses.address_register import AddressRegister
from tests.reconciliation.addresses import made_register


@pytest.fixture(scope="session")
def fjordvik(tmp_path_factory: pytest.TempPathFactory) -> AddressRegister:
    return made_register.register(tmp_path_factory.mktemp("one"))


@pytest.fixture(scope="session")
def both(tmp_path_factory: pytest.TempPathFactory) -> AddressRegister:
    return made_register.register(tmp_path_factory.mktemp("two"), both=True)


@pytest.fixture(scope="session")
def nordvik(tmp_path_factory: pytest.TempPathFactory) -> AddressRegister:
    return made_register.north(tmp_path_factory.mktemp("north"))
