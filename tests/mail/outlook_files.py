"""Makes the files that Outlook wraps a mail into: `winmail.dat`, `.msg`, an opaque signature."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

ANSI, UNICODE, BINARY, OBJECT, LONG = 0x001E, 0x001F, 0x0102, 0x000D, 0x0003
SUBJECT, BODY, RTF, HTML, CODE_PAGE = 0x0037, 0x1000, 0x1009, 0x1013, 0x3FFD
DATA, SHORT_NAME, LONG_NAME, CONTENT_ID, FLAGS = 0x3701, 0x3704, 0x3707, 0x3712, 0x3714

Property = tuple[int, int, bytes]


def text(key: int, value: str, charset: str = "") -> Property:
    """A string property: Unicode, or 8-bit in `charset`."""
    if charset:
        return key, ANSI, value.encode(charset) + b"\0"
    return key, UNICODE, value.encode("utf-16-le") + b"\0\0"


def rtf(content: bytes) -> bytes:
    """RTF in Outlook's wrapping, each byte as itself."""
    packed = b"".join(b"\0" + content[at : at + 8] for at in range(0, len(content), 8))
    return struct.pack("<III", len(packed) + 12, len(content), 0x75465A4C) + bytes(4) + packed


def _attribute(level: int, key: int, value: bytes, kind: int = 6) -> bytes:
    head = struct.pack("<BHHI", level, key, kind, len(value))
    return head + value + struct.pack("<H", sum(value) & 0xFFFF)


def _block(items: Sequence[Property]) -> bytes:
    rows = [struct.pack("<I", len(items))]
    for key, kind, value in items:
        rows.append(struct.pack("<HH", kind, key))
        if kind == LONG:
            rows.append(value)
        else:
            rows.append(struct.pack("<II", 1, len(value)) + value + bytes(-len(value) % 4))
    return b"".join(rows)


def tnef(
    message: Sequence[Property] = (),
    files: Sequence[tuple[bytes, Sequence[Property], bytes]] = (),
    *,
    code_page: int = 1251,
) -> bytes:
    """A `winmail.dat`; each file is (its short title, its properties, its bytes)."""
    done = [struct.pack("<IH", 0x223E9F78, 1)]
    done.append(_attribute(1, 0x9006, struct.pack("<I", 0x10000)))
    done.append(_attribute(1, 0x9007, struct.pack("<II", code_page, 0)))
    if message:
        done.append(_attribute(1, 0x9003, _block(message)))
    for title, items, content in files:
        done.append(_attribute(2, 0x9002, bytes(14)))
        done.append(_attribute(2, 0x8010, title + b"\0", 1))
        if content:
            done.append(_attribute(2, 0x800F, content))
        if items:
            done.append(_attribute(2, 0x9005, _block(items)))
    return b"".join(done)


Storage = Mapping[str, "bytes | Storage"]


def storage(
    items: Sequence[Property], inner: Mapping[str, Storage] | None = None, *, head: int = 32
) -> Storage:
    """A message or an attachment as `.msg` files hold it."""
    rows = b"".join(
        struct.pack("<HHI8s", kind, key, 6, value.ljust(8, b"\0")[:8])
        for key, kind, value in items
        if kind == LONG
    )
    found: dict[str, bytes | Storage] = {"__properties_version1.0": bytes(head) + rows}
    for key, kind, value in items:
        if kind != LONG:
            found[f"__substg1.0_{key:04X}{kind:04X}"] = value.removesuffix(b"\0\0")
    return found | dict(inner or {})


def compound(root: Storage) -> bytes:
    """A compound file (version 3); every stream lies in the mini stream."""
    entries: list[list[object]] = [["Root Entry", 5, -1, -1, 0, 0]]
    small = bytearray()
    mini: list[int] = []

    def add(content: Storage, parent: int) -> None:
        before = -1
        for name, value in content.items():
            number = len(entries)
            if isinstance(value, bytes):
                first = len(mini) if value else -2
                count = -(-len(value) // 64)
                mini.extend([*range(len(mini) + 1, len(mini) + count), -2][:count] if count else [])
                small.extend(value.ljust(count * 64, b"\0"))
                entries.append([name, 2, -1, -1, first, len(value)])
            else:
                entries.append([name, 1, -1, -1, 0, 0])
                add(value, number)
            if before < 0:
                entries[parent][3] = number
            else:
                entries[before][2] = number
            before = number

    add(root, 0)
    while len(entries) % 4:
        entries.append(["", 0, -1, -1, 0, 0])
    mini += [-1] * (-len(mini) % 128)
    sizes = [len(entries) // 4, len(mini) // 128, -(-len(small) // 512)]
    fat_size = 1
    while fat_size * 128 < fat_size + sum(sizes):
        fat_size += 1
    fat = [-3] * fat_size
    starts = []
    for size in sizes:
        starts.append(len(fat))
        fat += [*range(len(fat) + 1, len(fat) + size), -2][:size]
    fat += [-1] * (fat_size * 128 - len(fat))
    entries[0][4], entries[0][5] = starts[2], len(small)
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIiIiI",
        bytes.fromhex("d0cf11e0a1b11ae1"), b"", 0x3E, 3, 0xFFFE, 9, 6,
        0, fat_size, starts[0], 0, 4096, starts[1], sizes[1], -2, 0,
    )  # fmt: skip
    head += struct.pack("<109i", *range(fat_size), *[-1] * (109 - fat_size))
    rows = b"".join(_entry(*entry) for entry in entries)  # type: ignore[arg-type]  # the rows are lists of mixed values
    tables = struct.pack(f"<{len(fat)}i", *fat) + rows + struct.pack(f"<{len(mini)}i", *mini)
    return head + tables + bytes(small).ljust(sizes[2] * 512, b"\0")


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    coded = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBiii16sI8s8siII",
        coded, len(coded) + 2 if name else 0, kind, 1, -1, right, child,
        b"", 0, b"", b"", start, size, 0,
    )  # fmt: skip


def ber(tag: int, content: bytes, *, endless: bool = False) -> bytes:
    """One value of BER; an endless one states no length."""
    if endless:
        return bytes([tag, 0x80]) + content + b"\0\0"
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    coded = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(coded)]) + coded + content


def signed(content: bytes, *, streamed: bool = False, oid: str = "2a864886f70d010702") -> bytes:
    """A SignedData with `content` and an empty set of signers, as one piece or as a stream."""
    data = bytes.fromhex("06092a864886f70d010701")
    if streamed:
        pieces = b"".join(ber(4, content[at : at + 300]) for at in range(0, len(content), 300))
        octets = ber(0x24, pieces, endless=True)
    else:
        octets = ber(4, content)
    inner = ber(0x30, data + ber(0xA0, octets, endless=streamed), endless=streamed)
    body = ber(2, b"\1") + ber(0x31, b"") + inner + ber(0x31, b"")
    whole = ber(0xA0, ber(0x30, body, endless=streamed), endless=streamed)
    return ber(0x30, ber(6, bytes.fromhex(oid)) + whole, endless=streamed)
