"""Why: every reason code of matching, merging, planning and guards, in English for operators and in bokmål for owners.

{blanks} are filled from an item's `details`; a blank that is not there shows as "?".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    english: str
    bokmal: str


REASONS: dict[str, Reason] = {
    # How rows of several sources were found to be one dwelling
    "known": Reason("These keys were known to be one dwelling", "Nøklene er kjent som én bolig fra før"),
    "decision": Reason("A person decided", "Avgjort av et menneske"),
    "matrikkel": Reason("Same matrikkel and unit number", "Samme matrikkelnummer og bruksenhetsnummer"),
    "address_unit": Reason("Same address and unit number", "Samme adresse og bruksenhetsnummer"),
    "address_label": Reason("Same address and same label on the door", "Samme adresse og samme leilighetsnummer hos eieren"),
    "address_lease": Reason("Same address and same lease reference", "Samme adresse og samme ekstra referanse"),
    "last": Reason(
        "The last two left at an address where all others are paired",
        "De to siste på en adresse der alle andre har funnet hverandre, og alt annet stemmer",
    ),
    "address": Reason("Same address, where every source has one dwelling", "Samme adresse, og hver kilde har bare én bolig der"),
    # How a dwelling was found in the register
    "link": Reason("Our stored link", "Vår lagrede kobling"),
    "leverandor_bolig_id": Reason("The register carries our id", "Kobo har vår id på boligen"),
    "single": Reason(
        "The only dwelling at the address on both sides, and all else agrees", "Eneste bolig på adressen begge steder, og alt annet stemmer"
    ),
    "candidate": Reason("Possibly the same: see what agrees", "Kan være samme bolig: se hva som stemmer"),
    "rival": Reason("More than one could be meant by the key", "Flere kan være ment med samme nøkkel"),
    "protected_differs": Reason(
        "Found by key, but a field that cannot be changed differs", "Funnet på nøkkel, men et felt som ikke kan endres, er ulikt"
    ),
    "at_odds": Reason(
        "Found by key, but nothing that was measured agrees", "Funnet på nøkkel, men areal, soverom, leie eller matrikkel taler imot"
    ),
    "carries_another_id": Reason("The register entry carries another id", "Boligen i Kobo er merket med en annen id"),
    "unsure": Reason("A person was unsure", "Den som så på saken, var usikker"),
    # Why a dwelling is in its class
    "equal": Reason("Equal on every compared field", "Lik på alle felt som sammenlignes"),
    "kept": Reason("A person kept what the register says of {fields}", "Kobos verdi står, slik det er avgjort: {fields}"),
    "replace_decided": Reason("A person had the entry replaced ({fields})", "Erstattes i Kobo, slik det er avgjort ({fields})"),
    "not_in_register": Reason("Not in the register", "Finnes ikke i Kobo"),
    "fields_differ": Reason("Differs: {fields}", "Ulikt: {fields}"),
    "sources_disagree": Reason("Sources disagree on {fields}", "Kildene er uenige om {fields}"),
    "unit_number_missing": Reason(
        "No unit number where several dwellings stand", "Bruksenhetsnummeret mangler, og det står flere boliger på adressen"
    ),
    "lease_reference_missing": Reason(
        "One lease or the whole unit? Others let it room by room",
        "Ett leieforhold eller hele bruksenheten? Andre kilder har den rom for rom",
    ),
    "nearly_same_address": Reason(
        "Nearly the address of a dwelling of another source: one slip of the hand, or two dwellings?",
        "Nesten samme adresse som i en annen kilde: skrivefeil, eller to boliger?",
    ),
    "two_known_ids": Reason(
        "Two dwellings we know apart have become alike: {candidates}", "To boliger vi kjenner hver for seg, er blitt like: {candidates}"
    ),
    "uncertain_match": Reason("Possibly in the register already", "Kan være i Kobo allerede"),
    "settle_in_source": Reason(
        "Cannot be told apart for certain as the row stands: complete the address, unit number or lease reference in the source",
        "Kan ikke kobles sikkert slik raden står. Fyll ut adresse, bruksenhetsnummer og rom i kilden",
    ),
    "deleted_in_kobo": Reason("Deleted in the register, still in our sources", "Slettet i Kobo, men står fortsatt i kilden"),
    "gone": Reason("In no source since {nights} nights", "Borte fra kildene i {nights} netter"),
    "gone_in_both": Reason("In no source and no longer in the register", "Borte både fra kildene og fra Kobo"),
    "only_in_register": Reason("In the register, in no source, and not ours", "Står i Kobo, men i ingen kilde, og er ikke vår"),
    "undo": Reason("Takes back what run {run_id} changed", "Tar tilbake det kjøringen {run_id} endret"),
    # Why an item is held back
    "retire_waiting": Reason("Gone {nights} of {needed} nights", "Borte {nights} av {needed} netter"),
    "row_rejected": Reason("Its source row is there, and rejected", "Raden i kilden er der, men er avvist"),
    "source_incomplete": Reason("A source that held it was not read completely", "En kilde som hadde den, ble ikke fullstendig lest"),
    "handed_over": Reason(
        "In an import file, not yet seen in the register", "Ligger i en importfil, og venter på en eksport fra Kobo som viser den"
    ),
    "import_overdue": Reason(
        "In an import file long ago, and no export shows it", "Lå i en importfil for lenge siden, uten at noen eksport fra Kobo viser den"
    ),
    # Why a plan is not applied without a person
    "too_many_retirements": Reason(
        "{number} retirements planned, at most {limit} of {of} go without approval.",
        "{number} boliger skulle tas ut; uten godkjenning tas høyst {limit} av {of} ut på én natt.",
    ),
    "too_many_updates": Reason(
        "{number} updates planned, at most {limit} of {of} go without approval.",
        "{number} boliger skulle rettes; uten godkjenning rettes høyst {limit} av {of} på én natt.",
    ),
    "sudden_growth": Reason(
        "{number} creations planned beside {of} entries in the register, at most {limit} go without approval.",
        "{number} nye boliger skulle registreres ved siden av {of} i Kobo; uten godkjenning registreres høyst {limit}.",
    ),
    "environment_mismatch": Reason(
        "The configuration says {environment}, but the register at {host} looks like {looks}. "
        "Mend `register:` in the file; approve only if the address is right.",
        "Oppsettet sier {environment}, men registeret på {host} ser ut som {looks}. Rett oppsettet før noe endres.",
    ),
}


def english(code: str, details: Mapping[str, object] | None = None) -> str:
    """The reason as operators read it; an unknown code is shown as it is."""
    return _say(REASONS[code].english, details) if code in REASONS else code


def bokmal(code: str, details: Mapping[str, object] | None = None) -> str:
    """The reason as data owners read it."""
    return _say(REASONS[code].bokmal, details) if code in REASONS else code


def _say(template: str, details: Mapping[str, object] | None) -> str:
    shown = {name: ", ".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in (details or {}).items()}
    return template.format_map(defaultdict(lambda: "?", shown))
