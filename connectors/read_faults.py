"""Why a source could not be read, in words: one row per fault, English for operators and bokmål for data owners."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.personal_numbers import mask_text


@dataclass(frozen=True, slots=True)
class Words:
    """`message` (English) and `melding` (bokmål): what, where, what to do. Texts in braces are filled in."""

    message: str
    melding: str


FAULTS: dict[str, Words] = {
    "missing_file": Words(
        "{path} does not exist. Put the export there, or correct `path` in the municipality's file.",
        "Fant ikke filen {path}. Legg eksporten der den pleier å ligge, eller si fra til drift hvis filen har fått nytt navn.",
    ),
    "is_folder": Words(
        "{path} is a folder. Give `path` the name of a file, or say with `pattern` which files in it count.",
        "{path} er en mappe, ikke en fil. Si fra til drift hvilken fil i mappen som skal leses.",
    ),
    "nothing_in_folder": Words(
        "No file in {path} is named like {pattern}. Put the export there, or correct `pattern` in the municipality's file.",
        "Ingen fil i mappen {path} heter noe som passer med {pattern}. Legg eksporten i mappen, eller si fra til drift.",
    ),
    "not_permitted": Words(
        "{path} may not be read ({detail}). Give the account that runs kobosync the right to read it.",
        "Vi har ikke lov til å lese {path}. Drift må gi lesetilgang til filen.",
    ),
    "not_openable": Words(
        "{path} cannot be opened ({detail}). Check the path, and that no other program holds the file.",
        "{path} kan ikke åpnes. Lukk filen hvis den er åpen i et annet program, og prøv på nytt.",
    ),
    "too_big": Words(
        "{path} is {size} MB, more than the limit of {limit} MB. Export fewer rows, or raise `maximum_megabytes` for this source.",
        "{path} er på {size} MB, mer enn grensen på {limit} MB. Ta ut en mindre eksport, eller si fra til drift.",
    ),
    "empty_file": Words(
        "{path} is empty. Export it again; the last good rows stand until then.",
        "{path} er tom. Ta ut eksporten på nytt.",
    ),
    "not_text": Words(
        "{path} is not delimited text: it starts like {what}. Export it as CSV, or correct `path` or `kind`.",
        "{path} er ikke en CSV-fil: innholdet ser ut som {hva}. Ta ut eksporten på nytt som CSV.",
    ),
    "nul_bytes": Words(
        "{path} holds NUL bytes from byte {position} on, so it is damaged or no text. Export it again.",
        "{path} er skadet eller er ikke en tekstfil (nulltegn fra byte {position}). Ta ut eksporten på nytt.",
    ),
    "damaged_text": Words(
        "{path}, line {line}: the text is {encoding}, but damaged there; it was probably cut short. Export it again.",
        "{path}, linje {line}: filen er skadet, trolig bare delvis kopiert. Ta ut eksporten på nytt.",
    ),
    "wrong_encoding": Words(
        "{path}, line {line}: the bytes are not {encoding}. They look like {actual}; correct `encoding`, or leave it out to have it detected.",
        "{path}, linje {line}: tegnene kan ikke leses som {encoding}. Ta ut eksporten med tegnsettet {actual}, eller si fra til drift.",
    ),
    "unknown_encoding": Words(
        "`encoding: {encoding}` is no encoding that Python knows. Write e.g. utf-8, cp1252 or iso-8859-1, or leave it out.",
        "Oppsettet nevner et ukjent tegnsett ({encoding}). Drift må rette oppsettet.",
    ),
    "no_statistics": Words(
        "{place}: is not table {table} in the format JSON-stat 2 ({detail}). Check the table's id; download it as JSON-stat 2.",
        "{place}: dette er ikke tabell {table} i formatet JSON-stat 2. Sjekk tabellnummeret, og last den ned som JSON-stat 2.",
    ),
    "no_headings": Words(
        "{place}: no row holds the expected headings ({expected}). Export with headings, or correct the mapping in the municipality's file.",
        "{place}: fant ingen rad med overskriftene vi venter ({expected}). Ta ut eksporten med overskrifter, eller si fra til drift.",
    ),
    "headings": Words(
        "{place}: {faults}. Correct the heading there, or `fields`, `key` or `ignore` in the municipality's file.",
        "{place}: {feil}. Rett overskriften, eller si fra til drift hvis kolonnen er ny eller er tatt bort med vilje.",
    ),
    "no_rows": Words(
        "{place} has headings but not one row. Export it again; the last good rows stand until then.",
        "{place} har overskrifter, men ingen rader. Ta ut eksporten på nytt.",
    ),
    "join_duplicate": Words(
        "{place}, row {row}: the key {key} stands more than once, so the joined values are not certain. Remove the duplicate there.",
        "{place}, rad {row}: nøkkelen {key} står flere ganger, så vi vet ikke hvilken rad som gjelder. Fjern den som er feil.",
    ),
    "not_a_workbook": Words(
        "{path} is not an Excel workbook: it starts like {what}. Save it as .xlsx, or correct `path` or `kind`.",
        "{path} er ikke en Excel-arbeidsbok: innholdet ser ut som {hva}. Lagre den som .xlsx.",
    ),
    "not_xlsx": Words(
        "{path} is no .xlsx workbook. Open it in Excel, save it as .xlsx, and put that there.",
        "{path} er ikke lagret som .xlsx. Åpne den i Excel, velg «Lagre som» og .xlsx, og legg den filen i mappen.",
    ),
    "damaged_workbook": Words(
        "{path} is a damaged workbook ({detail}). It was probably cut short: copy it again, or open and save it in Excel.",
        "{path} er en skadet arbeidsbok, trolig bare delvis kopiert. Åpne den i Excel, lagre den og legg den ut på nytt.",
    ),
    "password": Words(
        "{path} is protected by a password. Save it without one, and protect the folder instead.",
        "{path} er beskyttet med passord. Lagre den uten passord.",
    ),
    "packed_bomb": Words(
        "{path} unpacks to {size} MB from {packed} MB, beyond the limits of {limit} MB and {ratio} times. It is not opened; "
        "save it again from Excel, or raise `maximum_megabytes`.",
        "{path} er uvanlig stor når den pakkes ut ({size} MB) og blir ikke åpnet. Lagre den på nytt fra Excel.",
    ),
    "too_many_cells": Words(
        "{place} reaches to row {rows} and column {columns}, too much to be a list of dwellings. Delete what lies outside the table, and save.",
        "{place} går helt til rad {rows} og kolonne {columns}. Slett det som ligger utenfor tabellen, og lagre på nytt.",
    ),
    "sheets": Words(
        "{path}: {faults}. Correct the sheet's name there, or `sheets` or `ignore_sheets` in the municipality's file.",
        "{path}: {feil}. Rett navnet på arket, eller si fra til drift hvis arket er nytt eller er tatt bort med vilje.",
    ),
    "empty_sheet": Words(
        "{place} is empty. Fill it in, or take it out of `sheets` in the municipality's file.",
        "{place} er tomt. Fyll ut arket, eller si fra til drift hvis det ikke skal leses.",
    ),
    "variable_missing": Words(
        "The environment variable {variable} is not set, and {setting} needs it. Set it where kobosync runs.",
        "Oppsettet for tilgang er ikke komplett ({variable} mangler). Drift må rette det.",
    ),
    "bad_url": Words(
        "The database URL {url} cannot be understood. Write it as dialect://user:${{PASSWORD}}@host/database.",
        "Adressen til databasen er feil skrevet i oppsettet. Drift må rette den.",
    ),
    "driver_missing": Words(
        "The driver for {url} is not installed ({detail}). Install it in the environment kobosync runs in.",
        "Programmet mangler driveren til denne databasen. Drift må installere den.",
    ),
    "missing_database": Words(
        "The database file {path} does not exist. Correct `url`, or put the file there.",
        "Fant ikke databasefilen {path}. Si fra til drift hvis den er flyttet.",
    ),
    "not_a_database": Words(
        "{path} is not an SQLite database. Correct `url`, or copy the file again.",
        "{path} er ikke en SQLite-database. Si fra til drift hvis filen er flyttet eller byttet ut.",
    ),
    "database_refused": Words(
        "{url} refuses the connection ({detail}). Check the user, the password and that the server is up.",
        "Databasen slipper oss ikke inn. Drift må sjekke bruker, passord og at serveren er oppe.",
    ),
    "query_failed": Words(
        "{url} refuses the query ({detail}). Correct `query`; a table or column may have changed its name.",
        "Spørringen mot databasen feilet. Si fra til drift hvis tabeller eller kolonner har fått nye navn.",
    ),
    "not_a_select": Words(
        "The query starts with {word}. Only SELECT and WITH are run: sources are read, never changed.",
        "Spørringen i oppsettet kan endre data og blir ikke kjørt. Drift må rette den.",
    ),
    "may_write": Words(
        "{url} has no read-only transactions, and the query says {word}, which can change data, so it is not run. "
        "Take it out; a column or table of that name stands in quotes.",
        "Spørringen i oppsettet kan endre data og blir ikke kjørt. Drift må rette den.",
    ),
    "bad_address": Words(
        "The address {url} cannot be used. Write it as https://host/path.",
        "Adressen til tjenesten er feil skrevet i oppsettet. Drift må rette den.",
    ),
    "no_service_rows": Words(
        "{url} answers with no rows at all. Check `url` and `rows_at`; the last good rows stand until then.",
        "Tjenesten vi henter fra, ga ingen rader. Drift må sjekke oppsettet.",
    ),
    "service_unreachable": Words(
        "{url} does not answer ({detail}), after {attempts} attempts. Check the address and that the service is up.",
        "Tjenesten vi henter fra, svarer ikke. Drift må sjekke adressen og om tjenesten er oppe.",
    ),
    "service_refuses": Words(
        "{url} answers {status}: it does not accept who we are. Check the key or token in the environment.",
        "Tjenesten vi henter fra, slipper oss ikke inn. Drift må sjekke nøkkelen.",
    ),
    "service_status": Words(
        "{url} answers {status} after {attempts} attempt(s). Check `url`; when it is right, ask those who run the service.",
        "Tjenesten vi henter fra, svarer med feil ({status}). Drift må sjekke adressen og snakke med leverandøren.",
    ),
    "service_elsewhere": Words(
        "{url} sends us to another host ({host}). It is not followed, for our key would go along: correct `url` if the service has moved.",
        "Tjenesten vi henter fra, viser videre til en annen adresse ({host}). Drift må sjekke om den er flyttet.",
    ),
    "not_json": Words(
        "{url} does not answer with JSON ({detail}). Check `url`; a log-in page looks like this.",
        "Svaret fra tjenesten kan ikke leses. Drift må sjekke adressen.",
    ),
    "no_row_list": Words(
        "{url}: no list of rows at `{at}` in the answer (page {page}). Correct `rows_at`; the answer has {there}.",
        "Svaret fra tjenesten har fått en ny form. Drift må sjekke oppsettet.",
    ),
    "paging_goes_round": Words(
        "{url}: page {page} is one that was read before, so the paging never ends. Correct `paging`.",
        "Tjenesten gir oss samme side om igjen. Drift må sjekke oppsettet.",
    ),
    "paging_too_long": Words(
        "{url}: more than {limit}. Raise the limit if there really is so much, or correct `paging`.",
        "Tjenesten gir mer enn vi har satt grense for ({limit}). Drift må sjekke oppsettet.",
    ),
    "addresses_none": Words(
        "{url} has no addresses of municipality {kommunenummer}. Check the number: it must be the one in use today.",
        "Adressetjenesten har ingen adresser for kommune {kommunenummer}. Sjekk at kommunenummeret er det som gjelder i dag.",
    ),
    "addresses_incomplete": Words(
        "{url} says that municipality {kommunenummer} has {total} addresses, but {found} were had. A part is not used; try again later.",
        "Adressetjenesten sier at kommune {kommunenummer} har {total} adresser, men vi fikk {found}. En del brukes ikke; prøv igjen senere.",
    ),
    "addresses_shrunk": Words(
        "{url} has {found} addresses of municipality {kommunenummer}, {last} when last fetched. If that is right, delete {path}.",
        "Adressetjenesten har {found} adresser for kommune {kommunenummer}, mot {last} sist. Er det riktig, kan drift slette {path}.",
    ),
    "addresses_not_kept": Words(
        "The addresses cannot be written to {path} ({detail}). Give the account that runs kobosync the right to write there.",
        "Adressene kan ikke skrives til {path}. Drift må gi skrivetilgang til mappen.",
    ),
    "unexpected": Words(
        "{place} could not be read for a reason nobody has foreseen ({detail}). Report it with the file's layout; the last good rows stand.",
        "{place} kunne ikke leses. Si fra til drift; det som ble lest sist, gjelder så lenge.",
    ),
}

SUSPICIOUS: dict[str, Words] = {
    "few_rows": Words(
        "{rows} rows read, at least {least} expected. Check that the export is whole; nothing is retired until it is.",
        "Vi leste {rows} rader, men venter minst {least}. Sjekk at eksporten er hel.",
    ),
    "shrunk": Words(
        "{rows} rows read, {last} in the last complete read: {percent} % are gone, the limit is {limit} %. Check that the export is whole; "
        "if they are gone by intent, raise `maximum_shrink` for one night.",
        "Vi leste {rows} rader, mot {last} sist: {percent} % er borte. Sjekk at eksporten er hel, og si fra til drift hvis det er meningen.",
    ),
    "thin_column": Words(
        "Only {percent} % of the rows have {field} (heading {heading}), at least {least} % expected. Check that the export is whole; "
        "if it is, lower `fill_rate`.",
        "Bare {percent} % av radene har verdi i {heading}, mot minst {least} % ellers. Sjekk at eksporten er hel.",
    ),
    "lines_unaccounted": Words(
        "{missing} of the {lines} lines of {place} are neither read nor left out for a reason. Report it with the file's layout.",
        "{missing} av {lines} linjer i {place} er verken lest eller forklart. Si fra til drift.",
    ),
    "unreadable_lines": Words(
        "{lines} lines could not be read, the first is {place}, row {row}. Nothing is retired until they are mended.",
        "{lines} linjer kunne ikke leses. Den første er {place}, rad {row}. Rett dem i kildesystemet eller ta ut eksporten på nytt.",
    ),
}

LINE_FAULTS: dict[str, Words] = {
    "too_few_values": Words(
        "{found} values, {expected} headings.",
        "Raden har {found} verdier, men det er {expected} overskrifter. Sjekk om et linjeskift har delt raden.",
    ),
    "too_many_values": Words(
        "{found} values, {expected} headings.",
        "Raden har {found} verdier, men det er {expected} overskrifter. Sjekk om skilletegnet {separator} står inni en verdi.",
    ),
    "quote_swallows": Words(
        "A quote ({quote}) is opened, and its value would hold whole rows, to line {last}.",
        "Et anførselstegn ({quote}) er åpnet her og ikke lukket i samme felt. Radene til og med linje {last} kan ikke skilles fra hverandre. "
        "Fjern anførselstegnet, eller lukk det.",
    ),
    "damaged_text": Words(
        "Bytes that are no text under {heading}.",
        "Raden har ødelagte tegn under «{heading}». Skriv teksten på nytt i kildesystemet, og ta ut eksporten igjen.",
    ),
    "damaged_key": Words(
        "A damaged character under {heading}, which is part of the key.",
        "Nøkkelen har et ødelagt tegn under «{heading}», så vi vet ikke hvilken bolig raden gjelder. Rett tegnet i kildesystemet.",
    ),
    "quote_not_closed": Words(
        "A quote ({quote}) is opened and never closed.",
        "Et anførselstegn ({quote}) er åpnet, men ikke lukket. Rett raden.",
    ),
}


class SourceFault(Exception):
    """A source cannot be read. Raised inside the room only; `read_source` turns it into a verdict."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def say(words: Words, **values: object) -> tuple[str, str]:
    """Both sentences, filled in, with any national identity number in what was filled in masked."""
    shown = {name: mask_text(str(value)) for name, value in values.items()}
    return words.message.format(**shown), words.melding.format(**shown)
