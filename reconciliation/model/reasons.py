"""Why: every reason code of matching, merging, planning and guards, in English for operators. Owners read the texts `plan_reasons.<code>`.

{blanks} are filled from an item's `details`; a blank that is not there shows as "?".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

REASONS: dict[str, str] = {
    # How rows of several sources were found to be one dwelling
    "known": "These keys were known to be one dwelling",
    "decision": "A person decided",
    "matrikkel": "Same matrikkel and unit number",
    "address_unit": "Same address and unit number",
    "address_label": "Same address and same label on the door",
    "address_lease": "Same address and same lease reference",
    "last": "The last two left at an address where all others are paired",
    "address": "Same address, where every source has one dwelling",
    # How a dwelling was found in the register
    "link": "Our stored link",
    "leverandor_bolig_id": "The register carries our id",
    "single": "The only dwelling at the address on both sides, and all else agrees",
    "only_rent": "The only one at the address with this rent on both sides, and what else was measured agrees",
    "candidate": "Possibly the same: see what agrees",
    "rival": "More than one could be meant by the key",
    "protected_differs": "Found by key, but a field that cannot be changed differs",
    "at_odds": "Found by key, but nothing that was measured agrees",
    "fits_neighbour": "Found by key, but a neighbouring dwelling fits better",
    "carries_another_id": "The register entry carries another id",
    "unsure": "A person was unsure",
    # Why a dwelling is in its class
    "equal": "Equal on every compared field",
    "kept": "A person kept what the register says of {fields}",
    "replace_decided": "A person had the entry replaced ({fields})",
    "made_again_decided": "Deleted in the register, and made again as a person decided",
    "changed_in_kobo": "Changed in Kobo by somebody else; a person must say what is right: {fields}",
    "kept_in_kobo": "Kobo's value is kept, as the policy or a person says: {fields}",
    "not_in_register": "Not in the register",
    "fields_differ": "Differs: {fields}",
    "sources_disagree": "Sources disagree on {fields}",
    "unit_number_missing": "No unit number where several dwellings stand",
    "lease_reference_missing": "One lease or the whole unit? Others let it room by room",
    "nearly_same_address": "Nearly the address of a dwelling of another source: one slip of the hand, or two dwellings?",
    "other_answer_first": "May be the home that a question about another dwelling asks for: waits for that answer",
    "unit_contradicts_floor": "The unit number names another floor than its row gives",
    "copied_row": "Another row of the same list is equal in all but one sign of the address: one home written twice, or two?",
    "one_in_kobo": "Kobo takes one dwelling with this address, unit number and lease reference, and another one has them: "
    "complete or correct the unit number",
    "number_in_doubt": "Its unit number does not fit what else is known (measures, another list, nights before): which home is it?",
    "two_known_ids": "May be the same dwelling as another, and the rows do not tell: {candidates}",
    "uncertain_match": "Possibly in the register already",
    "home_gone": "Perhaps the home of an entry of ours whose row is gone from the lists: the same under a new key, or another home?",
    "settle_in_source": "Cannot be told apart for certain as the row stands: "
    "complete the address, unit number or lease reference in the source",
    "deleted_in_kobo": "Deleted in the register, still in our sources",
    "gone": "Gone from {sources} since {nights} nights",
    "gone_in_both": "Gone from {sources} and no longer in the register",
    "only_in_register": "In the register, in no source, and not ours",
    "undo": "Takes back what run {run_id} changed",
    # Why an item is held back
    "retire_waiting": "Gone {nights} of {needed} nights",
    "row_rejected": "Its source row is there, and rejected",
    "source_incomplete": "A source that held it was not read completely",
    "edited_in_kobo": "Edited in Kobo by somebody else since we last agreed; a person must say whether it is deleted",
    "stays_in_kobo": "A person had it stay in Kobo",
    "number_not_in_use": "Its kommunenummer is not in use on the night's date: mend it in the source",
    "place_taken": "Another home of ours has this place in Kobo and is gone from the sources: created the night after that one is deleted",
    "same_place_asked": "A row without an entry waits there (which: {rows}), perhaps this home under a new key: answer, mend or rekey",
    "handed_over": "In an import file, not yet seen in the register",
    "import_overdue": "In an import file long ago, and no export shows it",
    # Why a plan is not applied without a person
    "too_many_retirements": "{number} retirements planned, at most {limit} of {of} go without approval.",
    "too_many_updates": "{number} updates planned, at most {limit} of {of} go without approval.",
    "sudden_growth": "{number} creations planned beside {of} entries in the register, at most {limit} go without approval.",
    "environment_mismatch": "The configuration says {environment}, but the register at {host} looks like {looks}. "
    "Mend `register:` in the file; approve only if the address is right.",
}


def english(code: str, details: Mapping[str, object] | None = None) -> str:
    """The reason as operators read it; an unknown code is shown as it is."""
    return _say(REASONS[code], details) if code in REASONS else code


def _say(template: str, details: Mapping[str, object] | None) -> str:
    shown = {name: ", ".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in (details or {}).items()}
    return template.format_map(defaultdict(lambda: "?", shown))
