"""Random damage to scenario files: bytes, lines, values, structures."""

import random
from collections.abc import Callable

from files.defect_base import FILES

Mutation = Callable[[random.Random, bytes], bytes]

_VALUES = (
    b"NaN", b".nan", b".inf", b"-.inf", b"1e400", b"-1", b"0", b"9" * 400, b"9" * 5000, b"1" + b"0" * 300, b"1e308",
    b"-1e308", b"0x7fffffffffffffff", b"0o777", b"null", b"~", b"true", b"NO", b"12:30", b"010", b"''", b'""', b"[]",
    b"{}", b"1,5", b"1.234,56", b"\xc2\xbd", b"\xe2\x88\x921", b"\xd9\xa1\xd9\xa2", b"=1+1", b"@SUM(A1)", b"\x00",
    b"\x1b[31m", b"\xff\xfe", b"\xed\xa0\x80", b"2026-02-30T00:00", b"2026-13-01", b"9999-12-31T23:59", b"0001-01-01",
    b"2026-10-25T02:30", b"2026-03-29T02:30+99:99", b"../../etc/passwd", b"/dev/zero", b"/dev/stdin", b"file:///x",
    b"http://localhost/x.csv", b"*a", b"&a", b"!!python/object/apply:os.system [id]", b"!!binary aGk=", b"<<", b"?",
    b"- ", b"---", b"%YAML 1.1", b"|", b">", b"#", b"'", b'"', b"`", b"\t", b"a" * 20000, b"hubs.csv#x", b"Mo-Su 24/7",
    b"hub=DUI", b"hub=DUI hub=LIL", b"km=1e9 countries=DE=1e9", b"DE=nan", b"DE", b"=", b";;;;", b"\\", b"\\;", b"none",
    b"all", b"-0", b"1_000", b"+5", b"0.1e-5000", b"1e-320", b"Europe/../etc", b"Europe", b"UTC", b"x" * 300,
)  # fmt: skip


def _flip(rng: random.Random, data: bytes) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    return bytes(damaged)


def _truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def _cut_out(rng: random.Random, data: bytes) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.randint(1, 60) :]


def _insert(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(_VALUES) + data[at:]


def _lines(rng: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    what = rng.randrange(4)
    if what == 0:
        lines[one], lines[other] = lines[other], lines[one]
    elif what == 1:
        lines.insert(one, lines[other])
    elif what == 2:
        del lines[one]
    else:
        lines[one] = b" " * rng.randint(1, 9) + lines[one]
    return b"\n".join(lines)


def _value(rng: random.Random, data: bytes) -> bytes:
    """Replace one cell or value."""
    marks = [at for at, byte in enumerate(data) if byte in b",:;=\n{}[]"]
    if len(marks) < 2:
        return _insert(rng, data)
    first = rng.randrange(len(marks) - 1)
    return data[: marks[first] + 1] + rng.choice((b"", b" ")) + rng.choice(_VALUES) + data[marks[first + 1] :]


def _encode(rng: random.Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    encodings = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "cp037", "utf-7")
    return (text + "\u00e9").encode(rng.choice(encodings), "replace")


def _line_ends(rng: random.Random, data: bytes) -> bytes:
    return data.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\r", b"\n\n", b"\x0b", b"\xe2\x80\xa8", b"\x00\n")))


def _decimal_commas(rng: random.Random, data: bytes) -> bytes:
    return data.replace(b",", b";").replace(b".", b",") if rng.random() < 0.5 else data.replace(b".", b",")


def _deep(rng: random.Random, data: bytes) -> bytes:
    depth = rng.choice((65, 500, 5000, 100_000))
    opening, closing = rng.choice(((b"[", b"]"), (b"{a: ", b"}"), (b"- ", b""), (b"? ", b""), (b'"', b"")))
    nested = opening * depth + (closing * depth if rng.random() < 0.5 else b"")
    at = data.find(b"\n", rng.randrange(len(data)))
    return data[: at + 1] + b"notes: " + nested + b"\n" + data[at + 1 :]


def _bomb(rng: random.Random, data: bytes) -> bytes:
    width = rng.choice((2, 9, 30))
    lines = [b"overrides:", b"  a0: &a0 [x, x]"]
    for level in range(1, rng.choice((5, 9, 40))):
        lines.append(b"  a%d: &a%d [%s]" % (level, level, b", ".join([b"*a%d" % (level - 1)] * width)))
    return data.replace(b"overrides:", b"\n".join(lines), 1) if b"overrides:" in data else b"\n".join(lines)


def _repeat(rng: random.Random, data: bytes) -> bytes:
    start = rng.randrange(len(data))
    piece = data[start : start + rng.randint(1, 40)]
    return data[:start] + piece * rng.choice((2, 50, 2000)) + data[start:]


def _nothing(rng: random.Random, data: bytes) -> bytes:
    return rng.choice((b"", b"\n", b" ", b"\xef\xbb\xbf", b"\x00", b"null", b"[]", b"{}", b"x", b"'", b"\xff"))


MUTATIONS: tuple[Mutation, ...] = (
    _flip, _truncate, _cut_out, _insert, _insert, _lines, _value, _value, _value, _encode, _line_ends, _decimal_commas,
    _deep, _bomb, _repeat, _nothing,
)  # fmt: skip


def damaged(seed: int) -> dict[str, bytes]:
    """The files of one scenario with one to three of them damaged."""
    rng = random.Random(seed)
    files = {name: text.encode("utf-8") for name, text in FILES.items()}
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        name = "scenario.yaml" if rng.random() < 0.45 else rng.choice(sorted(files))
        for _ in range(rng.choice((1, 1, 2, 4))):
            if len(files[name]) > 3:
                files[name] = rng.choice(MUTATIONS)(rng, files[name])
    return files
