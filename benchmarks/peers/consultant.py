"""What a municipality's consultant would write: pandas and requests, an afternoon's work, run by cron.

Arguments: FDV.csv LEIE.xlsx KNOWN.json URL THREADS. KNOWN holds address -> koboId from the nights before. It reads, joins the two lists on
the address, fetches every known entry, and sends what is new or differs.

Not in it: validation of rows, incomplete sources, lost answers, concurrent runs, uncertain matches, reports, undo.
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import requests

LOCAL = threading.local()
CATEGORY = {"Ordinær": "ORDINAR_BOLIG", "Omsorg": "OMSORGSBOLIG", "Tilpasset": "OMSORGSBOLIG"}


def session():
    if not hasattr(LOCAL, "session"):
        LOCAL.session = requests.Session()
        LOCAL.session.trust_env = False
    return LOCAL.session


def read(csv, xlsx):
    fdv = pd.read_csv(csv, sep=";", dtype={"Nummer": str, "Postnr": str})
    leie = pd.read_excel(xlsx, dtype=str)
    for frame in (fdv, leie):
        parts = frame["Adresse"].str.extract(r"^(?P<gate>.+?)\s+(?P<husnr>\d+)\s*(?P<bokstav>[A-Za-z]?)$")
        frame[["gate", "husnr", "bokstav"]] = parts
        frame["noekkel"] = frame["gate"].str.lower() + "|" + frame["husnr"] + frame["bokstav"] + "|" + frame["Bruksenhet"].fillna("")
    rooms = leie.drop_duplicates("noekkel").set_index("noekkel")["Rom"]
    homes = fdv.drop_duplicates("noekkel").copy()
    homes["rom"] = homes["noekkel"].map(rooms)
    return homes


def body(home):
    made = {
        "leverandorBoligId": f"fdv-{home.Nummer}",
        "boligtype": CATEGORY[home.Kategori],
        "bruksareal": float(home.Areal),
        "bruksenhetsnummer": home.Bruksenhet,
        "adresse": {"adressenavn": home.gate, "nummer": int(home.husnr), "postnummer": home.Postnr, "kommunenummer": "9901"},
    }
    if isinstance(home.rom, str):
        made["antallSoverom"] = int(home.rom)
    return made


def main(csv, xlsx, known_file, url, threads):
    with open(known_file, encoding="utf-8") as file:
        known = json.load(file)
    sent = {"GET": 0, "PUT": 0, "POST": 0}

    def sync(home):
        wanted, kobo_id = body(home), known.get(home.noekkel)
        if kobo_id is None:
            sent["POST"] += 1
            answer = session().post(url, json=wanted, timeout=30)
            answer.raise_for_status()
            return
        sent["GET"] += 1
        entry = session().get(f"{url}/{kobo_id}", timeout=30).json()
        if any(entry.get(name) != wanted[name] for name in ("bruksareal", "antallSoverom") if name in wanted):
            sent["PUT"] += 1
            session().put(f"{url}/{kobo_id}", json=wanted, timeout=30).raise_for_status()

    homes = list(read(csv, xlsx).itertuples(index=False))
    with ThreadPoolExecutor(int(threads)) as pool:
        list(pool.map(sync, homes))
    print(json.dumps(sent))


main(*sys.argv[1:])
