"""Whatever a document or a comment refers to is there: files, places in documents, tests, cases of the suite.

And docs/rules.md names every rule and every row of what is stricter than upstream, with its test and its case.
"""

import ast
import io
import re
import subprocess
import tokenize
from functools import cache
from pathlib import Path

import pytest
from private_engine import REPOSITORY

FAMILIES = sorted(path.stem for path in (REPOSITORY / "conformance/tables").glob("*.cases"))
METHODS = "GET HEAD POST PUT DELETE OPTIONS PATCH".split()
SOURCES = (".cpp", ".h", ".py", ".cmake", ".txt", ".sh", ".tsv", ".cases", ".cfg", ".yml", ".yaml", ".md", ".toml", "")
KNOWN_ENDINGS = "cpp|h|py|tsv|cases|md|cmake|cfg|json|txt|sh|png|html|yml|yaml"
# Named in a comment, and no file of this tree: of the daemon's, made while running, or anybody's.
ELSEWHERE = {"name.json", "daemon.json", "config.json", "mine.json", "new.json", "last-good.json", "a.json", "b.json", "both.html",
             "mine.html", "mine.baseline.tsv", "conformance.html", "sysexits.h", "config/docker.yaml", "mask.json", "file.cpp", "a.tsv", "b.tsv"}


@cache
def files():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=REPOSITORY, check=True,
                            capture_output=True, text=True).stdout.split("\n")
    return [name for name in listed if name and (REPOSITORY / name).is_file()]


@cache
def text_of(name):
    return (REPOSITORY / name).read_text(errors="replace")


DOCUMENTS = [name for name in files() if name.endswith(".md")]


def is_there(path, beside):
    """A file or a folder: from the top, from where it is named, or from the room that it is named in."""
    path = path.rstrip("/")
    places = [Path(), Path(beside).parent, Path(beside).parts[0]]
    return any(list(REPOSITORY.joinpath(place).glob(path)) for place in places)


# ---- What a line refers to ----------------------------------------------------------------------------


@cache
def anchors(document):
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text_of(document), flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@cache
def rows(document):
    """What the first cells of its tables hold: "S6"."""
    return set(re.findall(r"^\| `?([^|`]+?)`? \|", text_of(document), re.MULTILINE))


@cache
def google_tests():
    """{Suite.Test: the file}, of GoogleTest."""
    found = {}
    for name in files():
        if name.startswith("tests/") and name.endswith("_test.cpp"):
            for suite, test in re.findall(r"^(?:TYPED_)?TEST(?:_[FP])?\((\w+), (\w+)\)", text_of(name), re.MULTILINE):
                found[f"{suite}.{test}"] = name
    return found


@cache
def cases():
    found = set()
    for family in FAMILIES:
        for case in re.split(r"^case: ", text_of(f"conformance/tables/{family}.cases"), flags=re.MULTILINE)[1:]:
            name = f"{family}/{case.split()[0]}"
            found |= {name} | ({f"{name}.refused", f"{name}.one-reading"} if "\nambiguous:" in case else set())
    return found


@cache
def operations():
    lines = [line.split("\t") for line in text_of("conformance/tables/operations.tsv").splitlines() if line and line[0] != "#"]
    return {line[lines[0].index("operation_id")] for line in lines[1:]}


def dangling_word(word, document):
    """Why a word that stands in backquotes in a document refers to nothing; "" where it does, or is no reference."""
    if (match := re.fullmatch(r"([A-Z]\w*[a-z]\w*\.[A-Za-z]\w+)(?:/([\w-]+))?", word)) and not re.search(rf"\.({KNOWN_ENDINGS})$", word):
        test, row = match.groups()
        if test not in google_tests():
            return "no such test"
        if row and f'{{"{row}"' not in text_of(google_tests()[test]):
            return f"no such row in {google_tests()[test]}"
        return ""
    if match := re.fullmatch(r"(tests/[\w/]+\.py)::(\w+)", word):
        file, test = match.groups()
        return "" if file in files() and f"def {test}(" in text_of(file) else "no such test"
    if match := re.fullmatch(r"access/([\w.]+)/(\w+)/(\w+)/([\w.]+)", word):
        return "" if match[2] in operations() and match[3] in METHODS else "no such operation"
    if match := re.fullmatch(r"operations/(only|but)\.(\w+)/(\w+)/[a-z-]+", word):
        return "" if {match[2], match[3]} <= operations() else "no such operation"
    if re.fullmatch(rf"({'|'.join(FAMILIES)})/[a-z0-9.-]+", word):
        return "" if word in cases() else "no such case"
    return dangling_path(word, document)


TOP = sorted({Path(name).parts[0] for name in files() if "/" in name})


def dangling_path(word, named_in):
    begins = re.match(rf"({'|'.join(re.escape(top) for top in TOP)})/", word)
    if not begins and not re.fullmatch(rf"[\w./-]+\.({KNOWN_ENDINGS})", word):
        return ""
    placeholder = re.search(r"[<>{}…$ ]|\b[A-Z]+\.", word)
    if placeholder or word in ELSEWHERE or word.startswith(("build/", "/")):
        return ""
    if not begins and "/" not in word:
        return "" if any(Path(name).name == word for name in files()) else "no such file"
    return "" if is_there(word, named_in) else "no such file"


# ---- Documents ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    text = re.sub(r"^```.*?^```$", "", text_of(document), flags=re.MULTILINE | re.DOTALL)
    wrong = []
    for link in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = (REPOSITORY / document).parent / path if path else REPOSITORY / document
        if not target.exists():
            wrong.append(link)
        elif anchor and anchor not in anchors(str(target.resolve().relative_to(REPOSITORY))):
            wrong.append(link)
    assert wrong == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_words_refer_to_something(document):
    text = re.sub(r"^```.*?^```$", "", text_of(document), flags=re.MULTILINE | re.DOTALL)
    words = {word for quoted in re.findall(r"`([^`\n]+)`", text) for word in quoted.split()}
    assert {word: why for word in sorted(words) if (why := dangling_word(word, document))} == {}


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if name.startswith("docs/")])
def test_document_can_be_found(document):
    assert any(f"({document})" in text_of(name) or f"({document}#" in text_of(name) for name in ("README.md", "CONTRIBUTING.md"))


# ---- Comments -----------------------------------------------------------------------------------------


COMMENTED = [name for name in files() if Path(name).suffix in SOURCES and not name.endswith(".md")
             and not name.startswith("tests/fuzz/corpus/")]


def comments(name):
    """[(line, text)]: those of C++, of Python and its docstrings, of scripts and tables."""
    text = text_of(name)
    if name.endswith(".py"):
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        told = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))]
        return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT] + \
               [(getattr(node, "lineno", 1), ast.get_docstring(node)) for node in told if ast.get_docstring(node)]
    begin = r"(?<!:)//(.*)" if name.endswith((".cpp", ".h")) else r"(?:^|\s)#(.*)"
    return [(number, match[1]) for number, line in enumerate(text.splitlines(), 1) if (match := re.search(begin, line))]


def dangling(text, name):
    for document, anchor in re.findall(r"\b(docs/[\w-]+\.md)#([\w-]+)", text):
        if document in files() and anchor not in anchors(document):
            yield f"{document}#{anchor}"
    for document, row in re.findall(r"\b(docs/[\w-]+\.md), (S\d)\b", text):
        if document in files() and row not in rows(document):
            yield f"{document}, {row}"
    for path in re.findall(rf"(?<![\w/.<-])[\w./-]*\w\.(?:{KNOWN_ENDINGS})\b(?![\w/(-])", text):
        if dangling_path(path, name):
            yield path
    # Rules are cited where they stand.
    yield from re.findall(r"\bfacts(?:/| §)\S*|policy row S\d|[Ss]ection \d of the rules", text)


@pytest.mark.parametrize("room", sorted({Path(name).parts[0] if "/" in name else "." for name in COMMENTED}))
def test_comments_refer_to_something(room):
    mine = [name for name in COMMENTED if (Path(name).parts[0] if "/" in name else ".") == room and name != "tests/test_docs.py"]
    assert [f"{name}:{line}: {what}" for name in mine for line, text in comments(name) for what in dangling(text, name)] == []


# ---- docs/rules.md ------------------------------------------------------------------------------------


def table_rows(document, first):
    return [line for line in text_of(document).splitlines() if re.match(rf"\| `?{re.escape(first)}`? \|", line)]


def test_every_rule_is_told():
    """With what shows it: a test, and a case of the suite."""
    named = re.findall(r'\{Rule::\w+,\s*"([a-z_.]+)"', text_of("proxy/policy/rule.h"))
    assert len(named) >= 13
    for rule in named:
        [row] = table_rows("docs/rules.md", rule)
        words = re.findall(r"`([^`]+)`", row)
        assert any(word.split("/")[0] in google_tests() for word in words), row
        tried = ("access/", *(f"{family}/" for family in FAMILIES))
        assert any(word.startswith(tried) for word in words), row


def test_every_exception_is_told():
    """In the README's table, with its reason, and with what shows it."""
    numbered = [row for row in sorted(rows("README.md")) if re.fullmatch(r"S\d+", row)]
    assert numbered == [f"S{number}" for number in range(1, len(numbered) + 1)] and len(numbered) >= 9
    for number in numbered:
        _, shown = table_rows("docs/rules.md", number)
        words = re.findall(r"`([^`]+)`", shown)
        assert any(word in google_tests() for word in words) and any(word in cases() for word in words), shown
