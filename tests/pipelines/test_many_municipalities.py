"""Many municipalities in one deployment: each at its own time, one register limit for all, and no fault of one affects another."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import dagster as dg
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assets.night_resource import REGISTER_POOL
from benchmarks.municipalities import settings, slug_of, sources, write
from pipelines.definitions import build_definitions, kobosync
from pipelines.home import config_files, municipalities
from pipelines.schedule_times import FIRST_MINUTE, MINUTES, schedule_of
from reconciliation.model.municipality import Municipality


def municipality(number: int, **changes: object) -> Municipality:
    return Municipality.model_validate(settings(number, **changes))


def minute_of(cron: str) -> int:
    minute, hour, *rest = cron.split()
    assert rest == ["*", "*", "*"]
    return int(hour) * 60 + int(minute)


@given(st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True))
def test_every_slug_has_one_minute_inside_the_window(slug: str) -> None:
    ours = municipality(1, slug=slug)
    assert FIRST_MINUTE <= minute_of(schedule_of(ours)) < FIRST_MINUTE + MINUTES
    assert schedule_of(ours) == schedule_of(municipality(2, slug=slug)), "the slug alone decides"


def test_the_whole_country_is_spread_over_the_night() -> None:
    started = Counter(minute_of(schedule_of(municipality(number))) for number in range(1, 358))
    assert max(started.values()) <= 8
    hours = Counter(minute // 60 for minute in started.elements())
    assert set(hours) == {1, 2, 3, 4}
    assert min(hours.values()) > 357 / 4 * 0.7


def test_an_hour_that_the_file_names_is_the_hour() -> None:
    assert schedule_of(municipality(1, schedule="15 23 * * 1-5")) == "15 23 * * 1-5"
    assert schedule_of(municipality(1, schedule="0 2 * * *")) == "0 2 * * *", "named, though it is the default"


BROKEN = {
    "no YAML": "slug: [",
    "no keys": "- a\n- b\n",
    "not text": b"\xff\xfe\x00s",
    "a tab": "slug:\tx\n\ty: 1",
    "an unknown key": yaml.safe_dump(settings(2) | {"dedline": "x"}),
    "a missing key": yaml.safe_dump({key: value for key, value in settings(2).items() if key != "register"}),
    "a neighbour's slug": yaml.safe_dump(settings(1)),
    "an hour that is none": yaml.safe_dump(settings(2) | {"schedule": "at night"}),
    "a zone that is none": yaml.safe_dump(settings(2) | {"timezone": "Europe/Vik"}),
    "a storage of its own": yaml.safe_dump(settings(2) | {"storage": "elsewhere"}),
    "a duplicate of a reserved word": yaml.safe_dump(settings(2) | {"owners": {}}),
}


def keys_of(definitions: dg.Definitions) -> list[dg.AssetKey]:
    """Of what can be run; what only tells of a file's fault is left out."""
    return [spec.key for spec in definitions.resolve_all_asset_specs() if spec.key.path[-1] != "configuration"]


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_in_the_log_and_every_other_municipality_loads(
    broken: str | bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    files = write(tmp_path, 3)
    files[1].write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    monkeypatch.setenv("KOBOSYNC_HOME", str(tmp_path))
    definitions = kobosync()
    assert isinstance(definitions, dg.Definitions)
    dg.Definitions.validate_loadable(definitions)
    assert {key.path[0] for key in keys_of(definitions)} == {slug_of(1), slug_of(3)}
    assert files[1].name in caplog.text or slug_of(2) in caplog.text


def test_one_that_cannot_read_its_source_leaves_its_neighbours_nights_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, 2)
    (tmp_path / "kilder" / f"{slug_of(1)}.csv").unlink()
    definitions = build_definitions(list(municipalities(config_files(tmp_path / "config"))[0].values()), tmp_path)
    with dg.DagsterInstance.ephemeral() as instance:
        done = {
            number: definitions.resolve_job_def(f"{slug_of(number)}_nightly").execute_in_process(instance=instance, raise_on_error=False)
            for number in (1, 2)
        }
    assert {number: result.success for number, result in done.items()} == {1: False, 2: True}
    assert len(list(tmp_path.glob("reports/*/*/summary.json"))) == 2, "the one that failed has its report as well"


@pytest.mark.parametrize(("few", "names"), [(2, ["approve", "nightly", "plan", "report"]), (1, ["approve", "nightly"])])
def test_a_large_deployment_has_the_jobs_that_cannot_be_had_otherwise(
    few: int, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.definitions.FEW", few)
    definitions = build_definitions([municipality(1), municipality(2)], tmp_path)
    dg.Definitions.validate_loadable(definitions)
    jobs = {job.name for job in definitions.resolve_all_job_defs() if not job.name.startswith("__")}
    assert jobs == {f"{slug_of(number)}_{name}" for number in (1, 2) for name in names}


def test_a_job_holds_its_own_municipalitys_assets_and_no_others(tmp_path: Path) -> None:
    definitions = build_definitions([municipality(1), municipality(2)], tmp_path)
    for name in ("nightly", "plan", "report", "approve"):
        keys = definitions.resolve_job_def(f"{slug_of(2)}_{name}").asset_layer.asset_graph.executable_asset_keys
        assert keys
        assert {key.path[0] for key in keys} == {slug_of(2)}


def test_a_file_that_changed_is_read_again_in_the_same_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = write(tmp_path, 2)
    monkeypatch.setenv("KOBOSYNC_HOME", str(tmp_path))
    first = kobosync()
    assert kobosync() is first, "Dagster asks twice in every process; it is made once"
    files[1].unlink()
    assert {key.path[0] for key in keys_of(kobosync())} == {slug_of(1)}
    (tmp_path / "config" / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")
    assert {key.path[0] for key in keys_of(kobosync())} == {slug_of(1)}, "a link to nothing stops nobody"


def test_the_steps_that_call_the_register_and_no_others_are_in_the_pool(tmp_path: Path) -> None:
    definitions = build_definitions([municipality(1), municipality(2)], tmp_path)
    pools = {
        node.name: sorted(node.definition.pools)
        for number in (1, 2)
        for node in definitions.resolve_job_def(f"{slug_of(number)}_nightly").graph.nodes
    }
    assert {name for name, pool in pools.items() if pool} == {f"{slug_of(n)}__{name}" for n in (1, 2) for name in ("register", "outcomes")}
    assert {pool_name for pool in pools.values() for pool_name in pool} == {REGISTER_POOL}


def test_a_night_takes_a_place_in_the_pool_and_gives_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    ours = yaml.safe_load((Path(__file__).parents[2] / "dagster.yaml").read_text(encoding="utf-8"))
    ours["concurrency"]["pools"] = {"granularity": "op", "default_limit": 1}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(ours), encoding="utf-8")
    write(tmp_path, 1)
    definitions = build_definitions(list(municipalities(config_files(tmp_path / "config"))[0].values()), tmp_path)
    with dg.DagsterInstance.get() as instance:
        storage = instance.event_log_storage
        assert REGISTER_POOL not in storage.get_concurrency_keys()
        done = definitions.resolve_job_def(f"{slug_of(1)}_nightly").execute_in_process(instance=instance, raise_on_error=False)
        assert done.success
        assert storage.get_concurrency_keys() == {REGISTER_POOL}, "its steps asked for a place there, and nowhere else"
        pool = storage.get_concurrency_info(REGISTER_POOL)
    assert (pool.slot_count, pool.active_slot_count, pool.pending_step_count) == (1, 0, 0)


def test_a_made_municipality_has_ten_to_fifty_dwellings_and_is_the_same_every_time() -> None:
    for number in range(1, 30):
        rows = sources(number).splitlines()[1:]
        assert 10 <= len(rows) <= 50
        assert sources(number) == sources(number)
        assert len({tuple(row.split(";")[1:3]) for row in rows}) == len(rows), "no two at one address with one number"
