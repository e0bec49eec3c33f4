"""Public text uses the field's terms: private words for them do not come back.

Read are documents, descriptions, comments and messages; identifiers and data are not.
"""

import functools
import io
import re
import tokenize

import pytest
import yaml

from customer_value.settings import PROJECT

# By private word, a regex over text in which every run of spaces, line ends and comment marks is one space: the term
# to use instead. The section Terms of docs/metrics.md defines those of this project.
TERMS = {
    r"turn(s|ed|ing)? away": "rejected",
    r"reckon(s|ed|ing)?": "compute",
    r"foret(ell|ells|elling|old)": "predict",
    r"anew": "again; rebuilt; a full refresh",
    r"whoever": "a reader who, a customer that",
    r"(?<!customer )(?<!customers )who (leaves?|left|will leave|would leave)": "churned customers",
    r"(?<!customer )(?<!customers )who pays?": "paying customers",
    r"surviving (one|customers?)": "canonical customer",
    r"at the door": "input validation",
    r"handed in": "provided",
    r"arrivals": "inputs, input files",
    r"landed": "as received; as loaded; before merges",
    r"dirt of": "data-quality issues",
    r"(the|this|a) road": "the pipeline, data flow",
    r"dice": "random draws",
    r"is odd": "anomalies",
    r"mend(s|ed|ing)?": "fix",
    r"nights?": "a nightly run",
    r"remember(s|ed)?": "record; build metadata",
    r"(is|are|be|been|was|were) told(?! apart)": "reported; determined",
    r"judg(e|es|ed|ing)": "scored, valued, determined",
    r"in (its|their) first days": "in the onboarding period, within the adoption days",
    r"(red|green) lines?": "threshold",
    r"takes? points off|points off": "deducts points",
    r"luck": "sampling variance",
    r"errors of (alpha|the parameters|its parameters|the curves)": "parameter uncertainty",
    r"still to come|bring yet|yet to bring": "expected future value",
    r"com(e|es|ing) true": "back-test",
    r"like customers": "peers, peer group",
    r"whom to (call|sell|win|offer)": "priority list, candidates",
    r"call these first": "priority list",
}

# By file and private word: why the word is right in its place.
EXCEPTIONS = {("customer_value/generate.py", r"nights?"): "a function of the SQL in a string"}

DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "DECISIONS.md",
    "SECURITY.md",
    "Makefile",
    "docs/*.md",
    "dbt_project.yml",
]
WHOLE = [
    "models/**/*.yml",
    "seeds/*.yml",
    "reports/*.yml",
    "reports/*.js",
    "reports/*.j2",
    "deploy/**/*",
    ".github/**/*.yml",
]
SQL = ["models/**/*.sql", "macros/**/*.sql", "analyses/*.sql", "tests/generic/*.sql", "tests/reconciliation/*.sql"]
PYTHON = ["customer_value/*.py", "tests/expectations/*.py"]
UNIT_TESTS = ["tests/unit/*.yml"]


def comments_of_sql(text):
    return "\n".join(found[0] for found in re.finditer(r"--[^\n]*|\{#.*?#\}", text, re.DOTALL))


def words_of_python(text):
    """Comments, docstrings and messages."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    kept = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
    return "\n".join(token.string for token in tokens if token.type in kept)


def descriptions_of_unit_tests(text):
    return "\n".join(each.get("description", "") for each in yaml.safe_load(text)["unit_tests"])


READERS = [
    (DOCUMENTS + WHOLE, lambda text: text),
    (SQL, comments_of_sql),
    (PYTHON, words_of_python),
    (UNIT_TESTS, descriptions_of_unit_tests),
]


def one_line(text):
    """Text as it reads: a phrase is found across lines of a comment, too."""
    return re.sub(r"\s+((--|#|//|\|)\s+)*", " ", text)


@functools.cache
def texts():
    """Public text by file."""
    return {
        str(path.relative_to(PROJECT)): one_line(read(path.read_text()))
        for patterns, read in READERS
        for pattern in patterns
        for path in sorted(PROJECT.glob(pattern))
        if path.is_file() and "__pycache__" not in path.parts
    }


def found_in(text, word):
    """Where a private word stands, with what is around it."""
    return [
        text[max(found.start() - 40, 0) : found.end() + 40].strip()
        for found in re.finditer(rf"\b({word})\b", text, re.IGNORECASE)
    ]


@pytest.mark.parametrize("word", TERMS)
def test_text_uses_the_terms_of_the_field(word):
    found = [
        f"{name}: ...{excerpt}..."
        for name, text in texts().items()
        if (name, word) not in EXCEPTIONS
        for excerpt in found_in(text, word)
    ]
    assert not found, f"{TERMS[word]} instead of {word}:\n" + "\n".join(found)


def test_every_exception_is_needed():
    assert [(name, word) for name, word in EXCEPTIONS if not found_in(texts().get(name, ""), word)] == []


def test_every_kind_of_file_is_read():
    names = texts().keys()
    for pattern in DOCUMENTS + WHOLE + SQL + PYTHON + UNIT_TESTS:
        assert names & {str(path.relative_to(PROJECT)) for path in PROJECT.glob(pattern)}, pattern


def test_phrases_are_found_across_lines_and_names_are_not():
    assert found_in(one_line(comments_of_sql("select 1 -- rows that are turned\n    -- away\n")), "turn(s|ed)? away")
    assert found_in(one_line(words_of_python('"""Rows\n    handed in."""')), "handed in")
    assert not found_in(one_line(comments_of_sql("select dice from nights")), "dice")
    assert not found_in("rows_turned_away, customers who pay", r"(?<!customers )who pay")
    assert not found_in("they cannot be told apart", r"be told(?! apart)")
