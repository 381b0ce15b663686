"""Bytes to text. The encoding is detected; a configured one that is wrong is refused.

A few bytes that do not fit the encoding are damage: each becomes `DAMAGED` in the text, and the rest is decoded as usual.
"""

from __future__ import annotations

import codecs
import re

from connectors.read_faults import SourceFault
from connectors.source_files import FILE_KINDS, kind_by_first_bytes

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DAMAGED = "\ufdd0"
"""Replaces bytes that cannot be decoded. Unicode reserves this character for use inside programs; no file has it."""
_HIGH = bytes(range(0x80, 0x100))
_UTF8_LETTERS = re.compile(
    rb"\xc3[\x81\x84-\x8b\x91-\x94\x96\x98\x9c\xa0-\xab\xb1-\xb4\xb6\xb8\xbc]|\xc4[\x8c\x8d\x90\x91]|\xc5[\x8a\x8b\xa0\xa1\xa6\xa7\xbd\xbe]"
)
"""Norwegian and Sami letters, and those of the names around us, as UTF-8 writes them. Other encodings hardly ever have these pairs."""
_LETTERS = {
    "cp1252": re.compile(rb"[A-Za-z][\xc0-\xff]|[\xc0-\xff][A-Za-z]"),
    "cp865": re.compile(rb"[A-Za-z][\x86\x8f\x9b\x9d]|[\x86\x8f\x9b\x9d][A-Za-z]"),
    "mac-roman": re.compile(rb"[A-Za-z][\x8c\xbe\xbf]|[\x8c\xaf\xbe\xbf][A-Za-z]|(?<![A-Za-z])\x81[a-z]"),
}
"""Letters beside letters in each of the older encodings: what DOS and old Macs write for æ, ø and å is no letter in Windows' own."""
_END_OF_FILE = "\x1a"
"""DOS programs end a text with it."""
_LOOKED_AT = 8192
_PIECE = 1 << 18
_MANY = 0.3


def decode(data: bytes, configured: str | None, path: str) -> tuple[str, str]:
    """Text and the name of its encoding, with the replacement character for damaged bytes.

    Raises SourceFault for what is no text, or not in the configured encoding.
    """
    text, encoding = _decoded(data, configured, path)
    return text.replace(DAMAGED, "\ufffd"), encoding


def _decoded(data: bytes, configured: str | None, path: str) -> tuple[str, str]:
    bom = next((encoding for mark, encoding in _BOMS if data.startswith(mark)), None) or _wide_without_bom(data)
    if bom is None or bom == "utf-8-sig":
        _refuse_binary(data, path)
    if bom is None and configured is None:
        try:  # what nearly every file is, with one look at its bytes
            return data.decode("utf-8").rstrip(_END_OF_FILE), "utf-8"
        except UnicodeDecodeError:
            pass
    encoding = bom or _narrow(data) if configured is None else _agreed(data, configured, bom, path)
    try:
        return data.decode(encoding, _errors(encoding, data)).rstrip(_END_OF_FILE), encoding
    except UnicodeError as error:
        position = getattr(error, "start", 0)
        line = data.count(b"\n", 0, position) + 1
        actual = bom or _narrow(data)
        if codecs.lookup(actual).name.startswith(codecs.lookup(encoding).name):
            raise SourceFault("damaged_text", path=path, line=line, encoding=encoding) from error
        raise SourceFault("wrong_encoding", path=path, line=line, encoding=encoding, actual=actual) from error


def _errors(encoding: str, data: bytes) -> str:
    """What is done with bytes that do not fit: marked where the rest of the text is in that encoding, refused where it is not."""
    plain = codecs.lookup(encoding).name.removesuffix("-sig")
    return "damaged" if plain in ("utf-8", "cp1252") and codecs.lookup(_narrow(data)).name == plain else "strict"


def _marked(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return DAMAGED, error.end


codecs.register_error("damaged", _marked)


def as_utf8(data: bytes, configured: str | None, path: str) -> tuple[bytes, str, bool]:
    """The text in bytes of UTF-8, the name of its encoding, and whether it is damaged: most files need no copy and are not.

    Raises SourceFault as `decode` does. Damaged bytes become DAMAGED.
    """
    bom = data.startswith(codecs.BOM_UTF8)
    if configured is None and (bom or _wide_without_bom(data) is None):
        text = data[len(codecs.BOM_UTF8) :] if bom else data
        whole = not any(data.startswith(mark) for mark, _ in _BOMS[1:])
        if whole and b"\0" not in data and not kind_by_first_bytes(data[:64]) and _is_utf8(text):
            return text.rstrip(_END_OF_FILE.encode()), "utf-8-sig" if bom else "utf-8", False
    decoded, encoding = _decoded(data, configured, path)
    return decoded.encode(), encoding, DAMAGED in decoded


def _is_utf8(data: bytes) -> bool:
    """Piece by piece, since a text as long as the file would only be made to be thrown away."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _PIECE):
            decoder.decode(data[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_binary(data: bytes, path: str) -> None:
    kind = kind_by_first_bytes(data[:64])
    if kind:
        raise SourceFault("not_text", path=path, what=FILE_KINDS[kind], kind=kind)
    nul = data.find(b"\0")
    if nul >= 0:
        raise SourceFault("nul_bytes", path=path, position=nul + 1)


def _wide_without_bom(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Norwegian text is zero."""
    head = data[:_LOOKED_AT]
    pairs = len(head) // 2
    if pairs < 4:
        return None
    even, odd = head[0::2].count(0) / pairs, head[1::2].count(0) / pairs
    if odd > 1 - _MANY and even < _MANY / 10:
        return "utf-16-le"
    return "utf-16-be" if even > 1 - _MANY and odd < _MANY / 10 else None


def _narrow(data: bytes) -> str:
    """The encoding in which most of the non-ASCII bytes are letters."""
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    pairs = len(_UTF8_LETTERS.findall(data))
    if pairs and pairs >= len(data) - len(data.translate(None, _HIGH)) - 2 * pairs:
        return "utf-8"
    counts = {encoding: len(letters.findall(data)) for encoding, letters in _LETTERS.items()}
    return max(counts, key=lambda encoding: counts[encoding])


def _agreed(data: bytes, configured: str, bom: str | None, path: str) -> str:
    """The configured encoding, unless the bytes say otherwise: latin-1 reads anything, also what it turns to rubbish."""
    try:
        name = codecs.lookup(configured).name
    except LookupError as error:
        raise SourceFault("unknown_encoding", encoding=configured) from error
    if bom is not None:
        if name.replace("-sig", "").split("-")[:2] != bom.replace("-sig", "").split("-")[:2]:
            raise SourceFault("wrong_encoding", path=path, line=1, encoding=configured, actual=bom.removesuffix("-sig"))
        return bom
    if not name.startswith("utf") and not data.isascii() and _narrow(data) == "utf-8":
        first = next(number for number, line in enumerate(data.splitlines(), start=1) if not line.isascii())
        raise SourceFault("wrong_encoding", path=path, line=first, encoding=configured, actual="utf-8")
    return name
