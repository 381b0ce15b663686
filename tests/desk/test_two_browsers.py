"""Two people at one case, with a night between: each sees what became of their answer, and an undo does what the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.served import SECRET, first_case, form, hidden, served
from tests.pipelines.test_clarifications import with_a_conflict
from tests.pipelines.village import FOURTH, THIRD, Village, inhabited, run_night

GROUPS = {"groups": {"bolig": {"owners": ["bolig"]}, "eiendom": {"owners": ["eiendom"]}}}


def signed(user: str, group: str = "bolig") -> dict[str, str]:
    return {"x-kobosync-proxy-secret": SECRET, "x-auth-request-user": user, "x-auth-request-groups": group}


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch) as inhabited_village:
        with_a_conflict(inhabited_village)
        inhabited_village.write_config(desk=GROUPS)
        yield inhabited_village


def test_answers_before_during_and_after_a_night(village: Village) -> None:
    with served(village, SECRET) as desk:
        first, second = desk.browser(**signed("kn")), desk.browser(**signed("ab"))
        address = desk.url + first_case(first.get(f"{desk.url}/min-liste", timeout=10).text)
        page, same = first.get(address, timeout=10).text, second.get(address, timeout=10).text

        with desk.ledger.lock("vik", "a-night"):  # a night goes on: reading and answering go on too
            response = first.post(f"{desk.url}/svar", data=form(page, "keep"), timeout=10).text
            assert "brukes av natten som kjører nå, om den ikke alt har lest svarene, og ellers av neste natt" in response
            assert "En natt kjører nå" in response
        assert "kn har avgjort dette annerledes" in second.post(f"{desk.url}/svar", data=form(same, "replace"), timeout=10).text

        undone = second.get(f"{desk.url}/svar", timeout=10).text
        fields = {name: hidden(undone, name) for name in ("token", "sporsmal")}
        assert "Svaret er angret" in second.post(f"{desk.url}/angre", data=fields, timeout=10).text, "before a night: as if never given"
        assert "kn" in second.get(f"{desk.url}/svar", timeout=10).text, "and who gave it and who took it back stays"
        assert "Tatt tilbake av ab" in second.get(f"{desk.url}/svar", timeout=10).text
        first.post(f"{desk.url}/svar", data=form(first.get(address, timeout=10).text, "keep"), timeout=10)

        run_night(village.config, "auto", THIRD)
        late = second.post(f"{desk.url}/svar", data=form(same, "replace"), timeout=10)
        assert late.status_code == 404, "the question is settled; the page of before the night stores nothing"
        everything = first.get(f"{desk.url}/svar", timeout=10).text
        assert "Natten har brukt svaret." in everything
        other = desk.browser(**signed("xx", "eiendom"))
        used = re.findall(r'name="avgjorelse" value="([0-9a-f]+)"', everything)
        assert used
        token = hidden(everything, "token")
        assert "Natten har brukt" not in other.get(f"{desk.url}/svar", timeout=10).text
        assert other.post(f"{desk.url}/angre", data={"token": token, "avgjorelse": used[0]}, timeout=10).status_code == 403
        for decision in used:
            first.post(f"{desk.url}/angre", data={"token": token, "avgjorelse": decision}, timeout=10)
        run_night(village.config, "auto", FOURTH)
        assert "1\N{NO-BREAK SPACE}bolig venter på svar" in first.get(f"{desk.url}/min-liste", timeout=10).text, "asked anew"
