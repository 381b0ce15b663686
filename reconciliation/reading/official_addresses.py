"""The official addresses that a municipality's file names (`addresses`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.service_config import AddressService
from reconciliation.addresses.address_register import AddressRegister, load_register
from reconciliation.addresses.kartverket_cache import FOLDER, CachedAddresses, kept_addresses
from reconciliation.addresses.kartverket_file import AddressFileError, read_official
from reconciliation.model.municipality import ConfigurationError, Municipality


@dataclass(frozen=True, slots=True)
class OfficialAddresses:
    """register: None when the file names no addresses. notes: stored messages, on addresses that are older than they should be."""

    register: AddressRegister | None
    notes: tuple[str, ...] = ()


def official_addresses(municipality: Municipality, home: Path, today: date | None = None) -> OfficialAddresses:
    """The official addresses the file names. Raises ConfigurationError when they cannot be had.

    today: the day that ages of kept addresses are counted from; the real one, also when an earlier night is replayed.
    """
    if not municipality.addresses:
        return OfficialAddresses(None)
    kept = _cached_files(municipality, home, today)
    try:
        return OfficialAddresses(load_register([file.path for file in kept]), tuple(file.note for file in kept if file.note))
    except AddressFileError as error:
        raise ConfigurationError(f"{municipality.file}: addresses: {error}") from error


def official_streets(municipality: Municipality, home: Path) -> frozenset[str]:
    """The names of the municipality's official streets; none when its file names no addresses. Raises ConfigurationError."""
    if not municipality.addresses:
        return frozenset()
    try:
        official = read_official([file.path for file in _cached_files(municipality, home, None)])
    except AddressFileError as error:
        raise ConfigurationError(f"{municipality.file}: addresses: {error}") from error
    return frozenset(official.get_column("adressenavn").drop_nulls().unique())


def _cached_files(municipality: Municipality, home: Path, today: date | None) -> list[CachedAddresses]:
    day = today or datetime.now(ZoneInfo(municipality.timezone)).date()
    try:
        return [
            kept_addresses(entry, home / FOLDER, day) if isinstance(entry, AddressService) else CachedAddresses(home / entry)
            for entry in municipality.addresses
        ]
    except AddressFileError as error:
        raise ConfigurationError(f"{municipality.file}: addresses: {error}") from error
