"""What a municipality's file says about the register. Secrets come from the environment only."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Authentication(Strict):
    """none, a static key, or Maskinporten (an assumption of ours, see docs/contract.md)."""

    kind: Literal["none", "api_key", "maskinporten"] = "none"
    key_variable: str = "KOBO_API_KEY"
    """Environment variable that holds the static key, or the path/PEM/JWK of the private key."""
    header: str = "Authorization"
    token_url: str | None = None
    issuer: str | None = None
    client_id: str | None = None
    scope: str | None = None
    resource: str | None = None
    key_id: str | None = None
    consumer_org: str | None = None
    """Only for a supplier acting for a municipality; leave out when the municipality runs its own client."""


class RegisterConfig(Strict):
    """Where the register is, how it is seen and written, and how hard it may be asked."""

    kind: Literal["rehearsal", "kobo"]
    environment: Literal["test", "production"] = "test"
    base_url: str = "http://127.0.0.1:8088"
    database: Path | None = None
    """Rehearsal only: its own SQLite file. A night starts the rehearsal register itself when none answers."""
    contract: Literal["V1", "old"] = "V1"
    see: Literal["links", "export", "listing"] = "links"
    export: Path | None = None
    """A file exported from Kobo. With `see: links` it tells what was there before the first night (read once per
    change of the file); with `see: export` it is the snapshot."""
    write: Literal["api", "import_file"] = "api"
    import_folder: Path | None = None
    """With `write: import_file`: where each night's file for Kobo's import lies; var/<slug>/import when left out."""
    import_overdue_nights: int = Field(default=14, ge=1)
    """So many days after its file was written a dwelling that no export shows is told to be overdue."""
    authentication: Authentication = Authentication()
    threads: int = Field(default=16, ge=1, le=128)
    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    attempts: int = Field(default=4, ge=1)
    retry_wait_cap: float = 30.0
    """Seconds; also the cap on Retry-After."""
    time_budget: float = 3 * 3600.0
    """Seconds of register time per night."""
    calls_per_second: float | None = None
    give_up_after: int = Field(default=20, ge=1)
    """Consecutive failed calls after which the register counts as down for the night."""
    use_system_proxy: bool = False

    @property
    def by_file(self) -> bool:
        """Does a person carry what is new to the register, as a file?"""
        return self.write == "import_file"
