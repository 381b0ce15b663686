"""Sentences for operators about a read that differs too much from the last complete one. Owners read the text of the same code."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.read_faults import Words, fault_sentences, say
from reconciliation.reading.read_evidence import Finding

EVIDENCE: Mapping[str, Words] = fault_sentences(
    "read_evidence",
    {
        "keys_moved": (
            "{keys} of {known} known keys name what another key named at the last complete read (limit {limit}): {examples}. The "
            "key does not follow the home. `kobosync rekey CONFIG SOURCE FILE --propose` writes the table that repairs it; or "
            "restore the old keys. Nothing of this source is used until it is settled; its last good rows are used."
        ),
        "keys_renamed": (
            "{keys} of {known} homes have another key than at the last complete read (limit {limit}): {examples}. If the system has"
            " new keys, `kobosync rekey CONFIG SOURCE FILE --propose` writes the table that tells them. Nothing of this source is "
            "used until it is settled; its last good rows are used."
        ),
        "places_changed": (
            "{keys} of {known} known keys have another address or unit than at the last complete read (limit {limit}), e.g. "
            "{examples}. Check that columns have not moved; if it is right, raise `evidence.changed_places` for one night. Nothing "
            "of this source is used until it is settled; its last good rows are used."
        ),
        "keys_reused": (
            "{keys} known keys are gone while another known key names their home: {examples}. Give each home the key it had, or one of its "
            "own; nothing is retired until then."
        ),
        "keys_respelt": (
            "{keys} known keys are gone while new ones differ from them in letters beyond ASCII alone: {examples}. Correct the letters "
            "where the file is made; nothing is retired until then."
        ),
        "keys_lost": (
            "{keys} known keys are gone while rows without a key are at their places: {examples}. Fill in the keys; nothing is "
            "retired until then."
        ),
        "decoding_changed": (
            "{keys} known keys are the same but for letters beyond ASCII: {examples}. The text was {then} and is read as {now}. "
            "Export it as before, or set `encoding`. Nothing of this source is used until it is settled; its last good rows are used."
        ),
        "headings_moved": (
            "{percent} % of the rows have under {field} what was under {other} at the last complete read: the headings have "
            "moved. Correct them, or the mapping. Nothing of this source is used until it is settled; its last good rows are used."
        ),
        "category_exploded": (
            "{percent} % of the known rows have another category than at the last complete read, the limit is {limit} %. Check the "
            "column and the table of `kategori`; if it is right, raise `evidence.changed_categories` for one night. Nothing of this"
            " source is used until it is settled; its last good rows are used."
        ),
        "column_emptied": (
            "{percent} % of the values of {field} are gone since the last complete read, the limit is {limit} %. Check that the "
            "export is whole; if it is, raise `evidence.emptied` for one night. Nothing of this source is used until it is settled;"
            " its last good rows are used."
        ),
        "block_vanished": (
            "{rows} rows that followed one another (rows {first} to {last} of the last complete read) are gone together, more "
            "than {limit}. Check that the export is whole; if they are gone by intent, raise `evidence.gap` for one night. Nothing "
            "is retired until then."
        ),
    },
)
"""Code of a finding -> its sentence. It may have keys but no addresses, since it is logged."""

NO_EVIDENCE = "{source}: the rows of its last complete read cannot be had, so tonight's keys could not be held against them."


def sentences(finding: Finding) -> tuple[str, str]:
    """The English sentence, and the stored message for owners."""
    return say(EVIDENCE[finding.code], **finding.values)
