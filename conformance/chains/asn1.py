"""DER, written piece by piece, so that it can be wrong in any way one likes; and taken apart."""

from typing import List


def element(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*parts: bytes) -> bytes:
    return element(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    return element(0x31, *parts)


def boolean(value: bool) -> bytes:
    return element(0x01, b"\xff" if value else b"\x00")


def integer(value: int) -> bytes:
    return element(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def bits(content: bytes, unused: int = 0) -> bytes:
    return element(0x03, bytes([unused]), content)


def flags(numbers) -> bytes:
    """A BIT STRING in which these bits are set, without the zeros at its end."""
    if not numbers:
        return bits(b"")
    size = max(numbers) + 1
    value = sum(1 << (size - 1 - number) for number in numbers)
    unused = -size % 8
    return bits((value << unused).to_bytes((size + unused) // 8, "big"), unused)


def octets(*parts: bytes) -> bytes:
    return element(0x04, *parts)


def null() -> bytes:
    return element(0x05)


def oid(text: str) -> bytes:
    first, second, *rest = (int(arc) for arc in text.split("."))
    content = b""
    for arc in [40 * first + second] + rest:
        encoded = bytes([arc & 0x7F])
        while arc := arc >> 7:
            encoded = bytes([0x80 | arc & 0x7F]) + encoded
        content += encoded
    return element(0x06, content)


def utf8(text: str) -> bytes:
    return element(0x0C, text.encode())


def printable(text: str) -> bytes:
    return element(0x13, text.encode())


def time(text: str) -> bytes:
    """Of "20300615000000Z": UTCTime up to 2049, as RFC 5280 section 4.1.2.5 asks."""
    if "1950" <= text[:4] < "2050":
        return element(0x17, text[2:].encode())
    return element(0x18, text.encode())


def field(number: int, *parts: bytes) -> bytes:
    """A constructed field [number]."""
    return element(0xA0 | number, *parts)


def text_field(number: int, content: bytes) -> bytes:
    """A primitive field [number]."""
    return element(0x80 | number, content)


def content(der: bytes) -> bytes:
    """What is in the first element of `der`."""
    return der[_header(der):_size(der)]


def parts(der: bytes) -> List[bytes]:
    """The elements within the first element of `der`."""
    rest, found = content(der), []
    while rest:
        found.append(rest[:_size(rest)])
        rest = rest[_size(rest):]
    return found


def _header(der: bytes) -> int:
    return 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)


def _size(der: bytes) -> int:
    header = _header(der)
    return header + (der[1] if header == 2 else int.from_bytes(der[2:header], "big"))
