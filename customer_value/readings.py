"""How text becomes the types of the contract: numbers with a decimal point or comma, days written in either order.

What a column's texts mean is decided by all of them together, else by the other columns of the file; where nothing decides it, the
file is refused, for a guess would be wrong by a month or by a thousand. A text that cannot be read is null, and named in the
column unreadable_value of its row, for which staging rejects the row.
"""

from dataclasses import dataclass

from customer_value.files import literal, quoted

# Words that stand for nothing, where a number, a date or a boolean is wanted.
NOTHING = ["", "null", "none", "nil", "n/a", "na", "nan", "-", "\\n"]
BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"
BOOLEANS = {"true": ["true", "t", "yes", "y", "1", "1.0"], "false": ["false", "f", "no", "n", "0", "0.0"]}
EXAMPLES = {
    "double": "1234.5",
    "timestamp": "2026-03-31T18:00:00Z",
    "date": "2026-03-31",
    "month": "2026-03",
    "boolean": "true",
}
CHOICES = {
    "decimal": ("comma", "point"),
    "day": ("day first", "month first"),
}

DECIMAL = {
    mark: rf"[+-]?(\d+|\d{{1,3}}({thousands}\d{{3}})+)({decimal}\d*)?([eE][+-]?\d+)?%?|[+-]?{decimal}\d+%?"
    for mark, decimal, thousands in (("point", r"\.", ","), ("comma", ",", r"\."))
}
WHOLE = r"[+-]?\d+%?"
ISO_DAY = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(\D.*)?"
COMPACT_DAY = r"(19|20)\d{6}"
# Seconds or milliseconds since 1970.
EPOCH = r"\d{9,13}(\.\d*)?"
SHORT_YEAR = r"\d{1,2}[./-]\d{1,2}[./-]\d{2}(\D.*)?"
NAMED_MONTH = r".*\p{L}{3}.*"
ANY_DAY = r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(\D.*)?"
CLOCKS = ["", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p"]
NAMED_DAYS = ["%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y"]
# Months without a day, with one blank for what stands between.
MONTHS = ["%Y %m", "%m %Y", "%Y%m", "%b %Y", "%B %Y", "%b %y", "%B %y", "%Y %b", "%Y %B"]


def matches(text, pattern):
    return f"regexp_full_match({text}, {literal(pattern)})"


def with_texts(relation, columns):
    """A table expression whose columns of text have no blanks around them, and are null where they say nothing."""
    if not columns:
        return relation
    words = ", ".join(map(literal, NOTHING))
    trimmed = {name: f"trim(cast({quoted(name)} as varchar), {BLANKS})" for name in columns}
    cleaned = ", ".join(
        f"(case when lower({text}) not in ({words}) then {text} end) as {quoted(name)}"
        for name, text in trimmed.items()
    )
    return f"(select * replace ({cleaned}) from {relation})"


def bare_number(text):
    """A number's text without blanks and signs of currencies; what stands in brackets is negative."""
    bare = f"regexp_replace({text}, '[\\s$€£¥''' || chr(160) || chr(8217) || chr(8239) || ']', '', 'g')"
    return f"regexp_replace({bare}, '^\\((.*)\\)$', '-\\1')"


def number_of(text, mark):
    bare = bare_number(text)
    plain = f"replace({bare}, ',', '')" if mark == "point" else f"replace(replace({bare}, '.', ''), ',', '.')"
    value = f"try_cast(rtrim({plain}, '%') as double)"
    return f"case when {matches(bare, DECIMAL[mark])} then case when {bare} like '%\\%' escape '\\' then {value} / 100 else {value} end end"


def instant_of(text, order):
    """An instant on the clocks of UTC, of a text that may name another zone."""
    plain = f"regexp_replace(regexp_replace({text}, '\\s*(UTC|GMT)$', 'Z'), '^(\\d{{4}})[/.](\\d{{1,2}})[/.](\\d{{1,2}})', '\\1-\\2-\\3')"
    iso = f"(try_cast({plain} as timestamptz) at time zone 'UTC')"
    compact = f"try_strptime({text}, '%Y%m%d')"
    seconds = f"make_timestamp(cast(try_cast({text} as double) * case when length(split_part({text}, '.', 1)) > 11 then 1000 else 1000000 end as bigint))"
    dashed = f"regexp_replace(regexp_replace({text}, '^(\\d{{1,2}})[./-](\\d{{1,2}})[./-]', '\\1/\\2/'), ',', '')"
    days = "%d/%m/" if order == "day first" else "%m/%d/"
    long_year, short_year = (
        f"[{', '.join(literal(days + year + clock) for clock in CLOCKS)}]" for year in ("%Y", "%y")
    )
    named = f"[{', '.join(literal(day + clock) for day in NAMED_DAYS for clock in CLOCKS)}]"
    words = f"regexp_replace(regexp_replace({text}, '^(\\d{{1,2}})-(\\p{{L}}+)-', '\\1 \\2 '), ',', '', 'g')"
    return (
        f"case when {matches(text, ISO_DAY)} then {iso} "
        f"when {matches(text, COMPACT_DAY)} then {compact} "
        f"when {matches(text, EPOCH)} then {seconds} "
        f"when {matches(text, SHORT_YEAR)} then try_strptime({dashed}, {short_year}) "
        f"when {matches(text, ANY_DAY)} then try_strptime({dashed}, {long_year}) "
        f"when {matches(text, NAMED_MONTH)} then try_strptime({words}, {named}) end"
    )


def month_of(text, order):
    """The first day of a month, of a text that names a month or one of its days."""
    bare = f"regexp_replace({text}, '[-/., ]+', ' ', 'g')"
    return f"coalesce(try_strptime({bare}, [{', '.join(map(literal, MONTHS))}]), date_trunc('month', {instant_of(text, order)}))"


def boolean_of(text):
    cases = " ".join(
        f"when lower({text}) in ({', '.join(map(literal, words))}) then {value}" for value, words in BOOLEANS.items()
    )
    return f"case {cases} end"


@dataclass(frozen=True)
class Evidence:
    """How many texts of a column can be read one way only, and how many both ways, with one of these."""

    column: str
    question: str
    counts: tuple
    both_count: int
    example: str | None

    @property
    def answer(self):
        """What the column's own texts say; None where they leave it open."""
        one, other = self.counts
        if one or other:
            return CHOICES[self.question][0 if one > other else 1]
        # A single point with three digits behind it is a decimal point, as in rates; a comma there may be either.
        if self.both_count == 0 or (self.question == "decimal" and "," not in self.example):
            return CHOICES[self.question][1]
        return None


def evidence_queries(column, wanted):
    """The question that a column's texts must answer, and what counts the answers, as SQL; None where there is none."""
    text = quoted(column)
    if wanted == "double":
        bare = bare_number(text)
        comma, point = (matches(bare, DECIMAL[mark]) for mark in CHOICES["decimal"])
        is_open = f"{comma} and {point} and not {matches(bare, WHOLE)}"
        return "decimal", f"{comma} and not {point}", f"{point} and not {comma}", is_open, text
    if wanted in ("timestamp", "date", "month"):
        first, second = (f"try_cast(regexp_extract({text}, {literal('^' + ANY_DAY)}, {n}) as integer)" for n in (1, 2))
        is_day = matches(text, ANY_DAY)
        is_dotted = f"{text} like '__.%' or {text} like '_.%'"
        return (
            "day",
            f"{is_day} and {second} <= 12 and ({first} > 12 or {is_dotted})",
            f"{is_day} and {first} <= 12 and {second} > 12",
            f"{is_day} and {first} <= 12 and {second} <= 12 and {first} <> {second}",
            text,
        )
    return None


def evidence_of(connection, relation, columns):
    """The Evidence of each column of text of which something must be decided."""
    asked = {column: found for column, wanted in columns.items() if (found := evidence_queries(column, wanted))}
    if not asked:
        return []
    counted = ", ".join(
        f"count(*) filter ({one}), count(*) filter ({other}), count(*) filter ({both}), min({text}) filter ({both})"
        for _, one, other, both, text in asked.values()
    )
    found = connection.execute(f"select {counted} from {relation}").fetchone()
    return [
        Evidence(column, question, found[4 * n : 4 * n + 2], *found[4 * n + 2 : 4 * n + 4])
        for n, (column, (question, *_)) in enumerate(asked.items())
    ]


def decided(path, evidence):
    """The answer for each column, by its own texts, else by those of the file's other columns; a line for each that is open."""
    answers, problems = {}, []
    for each in evidence:
        others = {other.answer for other in evidence if other.question == each.question and any(other.counts)}
        answer = each.answer or (others.pop() if len(others) == 1 else None)
        if answer is None:
            first, second = CHOICES[each.question]
            problems.append(
                f'{path}: column {each.column}: found "{each.example}", which may be meant as {first} or {second}, and '
                f"nothing in the file tells. Write it as {EXAMPLES['date' if each.question == 'day' else 'double']}."
            )
        answers[each.column] = answer
    return answers, problems


def value_of(column, wanted, answer):
    """A column of text as SQL of the wanted type; null where it cannot be read."""
    text = quoted(column)
    if wanted == "double":
        return number_of(text, answer)
    if wanted == "boolean":
        return boolean_of(text)
    if wanted == "month":
        return month_of(text, answer)
    return instant_of(text, answer)


def is_day_only(column):
    """Whether a column of text holds days without a time, as SQL over all its rows."""
    text = quoted(column)
    return f"count({text}) filter (contains({text}, ':') or {matches(text, EPOCH)}) = 0"
