"""What a municipality's file says about the register. Secrets come from the environment only."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class RegisterSettings(BaseModel):
    """Base of the models below: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Authentication(RegisterSettings):
    """none, a static key, or Maskinporten (an assumption of ours, see docs/contract.md)."""

    kind: Literal["none", "api_key", "maskinporten"] = "none"
    """none, a static key, or Maskinporten."""
    key_variable: str = "KOBO_API_KEY"
    """Environment variable that holds the static key, or the path/PEM/JWK of the private key."""
    header: str = "Authorization"
    """Where a static key goes."""
    token_url: str | None = None
    """Maskinporten: where tokens are asked for."""
    issuer: str | None = None
    """Maskinporten: its own name, with the slash at the end."""
    client_id: str | None = None
    """Maskinporten: from the agreement."""
    scope: str | None = None
    """Maskinporten: from the agreement."""
    resource: str | None = None
    """Maskinporten: when the token is bound to one."""
    key_id: str | None = None
    """Maskinporten: of the registered key."""
    consumer_org: str | None = None
    """Only for a supplier acting for a municipality; leave out when the municipality runs its own client."""


class RegisterConfig(RegisterSettings):
    """Where the register is, how it is seen and written, and how hard it may be asked."""

    kind: Literal["rehearsal", "kobo"]
    """rehearsal: one on this machine that behaves as documented; kobo: the real one."""
    environment: Literal["test", "production"] = "test"
    """Which of the register's environments; said in reports and checks."""
    base_url: str = "http://127.0.0.1:8088"
    """Its address, https unless it is on this machine."""
    database: Path | None = None
    """Rehearsal only: its own SQLite file. A night starts the rehearsal register itself when none answers."""
    contract: Literal["V1", "old"] = "V1"
    """Which generation of Husbanken's field names."""
    see: Literal["links", "export", "listing"] = "links"
    """links: each koboId that we hold is asked for; export: a file from Kobo; listing: a list (an assumption)."""
    export: Path | None = None
    """A file exported from Kobo. With `see: links` it tells what was there before the first night (read once per
    change of the file); with `see: export` it is the snapshot."""
    write: Literal["api", "import_file"] = "api"
    """api, or import_file: new dwellings leave as a file that a person takes to Kobo."""
    import_folder: Path | None = None
    """With `write: import_file`: where each night's file for Kobo's import lies; var/<slug>/import when left out."""
    import_overdue_nights: int = Field(default=14, ge=1)
    """Days after its import file was written from which a dwelling that no export shows is reported as overdue."""
    authentication: Authentication = Authentication()
    """Who we are to the register."""
    threads: int = Field(default=16, ge=1, le=128)
    """Calls under way at once."""
    connect_timeout: float = 5.0
    """Seconds."""
    read_timeout: float = 30.0
    """Seconds until an answer is here whole."""
    attempts: int = Field(default=4, ge=1)
    """Of each call that may pass when it is repeated."""
    retry_wait_cap: float = 30.0
    """Seconds; also the cap on Retry-After."""
    time_budget: float = 3 * 3600.0
    """Seconds of register time per night."""
    calls_per_second: float | None = None
    """A limit of our own; none when left out."""
    give_up_after: int = Field(default=20, ge=1)
    """Consecutive failed calls after which the register counts as down for the night."""
    use_system_proxy: bool = False
    """Call through the proxy that the machine's environment names."""

    @property
    def by_file(self) -> bool:
        """Does a person carry what is new to the register, as a file?"""
        return self.write == "import_file"
