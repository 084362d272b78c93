import pytest

from cargopool.files.documents import MAX_ALIASES, MAX_NODES, Document, parse_yaml, plain
from cargopool.files.findings import Findings
from timing import within


def read(text: str) -> tuple[Document | None, list[str]]:
    findings = Findings()
    document = parse_yaml(text, "s.yaml", findings)
    return document, [finding.code for finding in findings.diagnostics()]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2026-11-23", "2026-11-23"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("+12", 12),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("~", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("-", "-"),
        (".", "."),
    ],
)
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    document, codes = read(f"a: {text}" if text != "-" else "a: '-'")
    assert document is not None and codes == []
    found = plain(document.root)["a"]
    assert found == value and isinstance(found, bool) == isinstance(value, bool)


def test_places_of_keys_and_values() -> None:
    document, _ = read("a: 1\nb:\n  - x: 2\n    y: [3, 44]\n")
    assert document is not None
    assert str(document.locate(("a",))) == "s.yaml:1:4"
    assert str(document.locate(("b", 0, "y", 1))) == "s.yaml:4:12"
    assert str(document.locate(("b", 0, "y"))) == "s.yaml:4:5"
    assert str(document.locate(("b", 0, "missing"))) == "s.yaml:3:5"


def test_every_duplicate_key_is_reported_with_the_first_one() -> None:
    findings = Findings()
    parse_yaml("a: 1\nb: {c: 1, c: 2}\na: 3\n", "s.yaml", findings)
    texts = [str(finding) for finding in findings.diagnostics()]
    assert len(texts) == 2
    assert "s.yaml:2:11" in texts[0] and "first at s.yaml:2:5" in texts[0]
    assert "s.yaml:3:1" in texts[1] and "first at s.yaml:1:1" in texts[1]


def _bomb(levels: int, width: int) -> str:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000, "E0104"),
        ("{a: " * 100_000, "E0104"),
        ("- " * 100_000, "E0104"),
        ("a: " + "[" * 64, "E0104"),
        (_bomb(10, 9), "E0105"),
        ("a: &x [1]\nb: [" + "*x, " * (MAX_ALIASES + 1) + "]", "E0106"),
        ("a: &x {b: *x}", "E0111"),
        ("a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 900)), "E0104"),
        ("!!set {a: 1}", "E0109"),
        ("!!python/name:x a: 1", "E0109"),
        ("a: *x", "E0103"),
        ("? [a]\n: b", "E0103"),
        ("*x : b", "E0103"),
        ("a: &x b\n*x : c", "E0103"),
        ("a: !!python/object:os.system x", "E0109"),
        ("a: !own x", "E0109"),
        ("a: !!int x", "E0109"),
        ("<<: {a: 1}", "E0109"),
        ("a: 1\n---\nb: 2", "E0110"),
        ("", "E0110"),
        ("# only a comment\n", "E0110"),
        ("a: 'unclosed", "E0103"),
        ("a:\n\t- b", "E0103"),
        ("a: \x00", "E0103"),
        ("a: \ufffe", "E0103"),
        ('a: "\\ud800"', "E0103"),
        ("a: " + "9" * 5000, "E0204"),
    ],
)
def test_documents_that_are_refused(text: str, code: str) -> None:
    with within(5.0):
        document, codes = read(text)
    assert codes == [code]
    assert document is None or code in ("E0109",)


def test_depth_64_is_allowed() -> None:
    document, codes = read("[" * 64 + "]" * 64)
    assert document is not None and codes == []


def test_nodes_are_limited() -> None:
    document, _ = read("[" + ",".join(["a"] * 1000) + "]")
    assert document is not None and document.root.size == 1001
    lots = "x: &x [" + ",".join(["a"] * 5000) + "]\ny: [" + ",".join(["*x"] * (MAX_NODES // 5000)) + "]"
    assert read(lots)[1] == ["E0105"]


def test_pure_python_parser_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    text = "a: NO\nb: {c: [1, 2.5, '3'], d: &x [y]}\ne: *x\n"
    fast, _ = read(text)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    slow, _ = read(text)
    assert fast is not None and slow is not None
    assert plain(fast.root) == plain(slow.root)
    assert slow.locate(("b", "c", 1)) == fast.locate(("b", "c", 1))
    assert read("[" * 100_000)[1] == ["E0104"]
