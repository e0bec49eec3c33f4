"""Where a model's SQL can be changed a little: every small change, found in the syntax tree of the file.

Jinja is kept. For the parser each expression is a name of the same length and each statement is blank, so that positions in
the tree are positions in the file.
"""

import re
from dataclasses import dataclass
from functools import cache

from sqlfluff.core import FluffConfig, Linter

JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
OPENS = re.compile(r"\{%-?\s*(if|for|call|macro|filter|raw|set(?=\s+\w+\s*-?%))\b")
CLOSES = re.compile(r"\{%-?\s*end")
BRANCHES = re.compile(r"\{%-?\s*(else|elif)\b")

COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "=", "!=": "="}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "and": "or", "or": "and"}
FUNCTIONS = {
    "min": "max",
    "max": "min",
    "sum": "max",
    "count": "sum",
    "avg": "max",
    "least": "greatest",
    "greatest": "least",
    "lag": "lead",
    "lead": "lag",
    "first_value": "last_value",
    "last_value": "first_value",
    "rank": "row_number",
    "bool_or": "bool_and",
    "bool_and": "bool_or",
    "floor": "ceil",
    "ceil": "floor",
}
JOINS = {"left": "inner", "inner": "left", "full": "left"}


@dataclass(frozen=True, order=True)
class Site:
    """One small change: this range of the file becomes this text."""

    start: int
    stop: int
    kind: str
    new: str


def plain(text):
    """The file with Jinja put out of the way, each character in its place."""

    def stand_in(match):
        jinja = match.group(0)
        if jinja.startswith("{{") and not re.match(r"\{\{-?\s*config\b", jinja):
            return "j" + "_" * (len(jinja) - 1)
        return re.sub(r"[^\n]", " ", jinja)

    return JINJA.sub(stand_in, text)


def blocks(text):
    """A function from a position to the Jinja blocks around it: a change must begin and end in the same."""
    steps, stack, count = [(0, ())], [], 0
    for match in JINJA.finditer(text):
        jinja = match.group(0)
        if OPENS.match(jinja):
            count += 1
            stack.append(count)
        elif CLOSES.match(jinja) and stack:
            stack.pop()
        elif BRANCHES.match(jinja) and stack:
            count += 1
            stack[-1] = count
        else:
            continue
        steps.append((match.end(), tuple(stack)))
    return lambda position: next(around for start, around in reversed(steps) if start <= position)


@cache
def linter():
    return Linter(
        config=FluffConfig(overrides={"dialect": "duckdb", "templater": "raw", "large_file_skip_byte_limit": 0})
    )


def is_code(segment):
    return segment.is_code and not segment.is_meta


def place(first, last=None):
    return first.pos_marker.source_slice.start, (last or first).pos_marker.source_slice.stop


def code_of(segment):
    return [child for child in segment.segments if is_code(child)]


def split(children, is_separator):
    """Runs of children between separators."""
    runs = [[]]
    for child in children:
        if is_separator(child):
            runs.append([])
        else:
            runs[-1].append(child)
    return [run for run in runs if run]


def word(segment):
    return segment.raw.lower() if not segment.segments or segment.is_type("comparison_operator") else ""


def of_expression(expression, parents):
    """Conjuncts dropped where rows are chosen, negations dropped."""
    children = code_of(expression)
    logic = {word(child) for child in children if child.is_type("binary_operator")} & {"and", "or"}
    chooses = parents[-1].is_type("where_clause", "having_clause", "join_on_condition", "when_clause", "bracketed")
    conjuncts = split(children, lambda child: child.is_type("binary_operator") and word(child) in ("and", "or"))
    if chooses and len(logic) == 1 and len(conjuncts) > 1:
        neutral = "true" if logic == {"and"} else "false"
        for run in conjuncts:
            yield "condition dropped", *place(run[0], run[-1]), neutral
    if parents[-1].is_type("where_clause", "having_clause") and not logic:
        yield "condition dropped", *place(expression), "true"
    for child in children:
        if word(child) == "not":
            yield "not dropped", *place(child), ""


def of_function(function, parents):
    name = next(function.recursive_crawl("function_name"))
    replaced = FUNCTIONS.get(name.raw.lower())
    if replaced:
        yield "function", *place(name), replaced
    contents = next(function.recursive_crawl("function_contents"), None)
    if contents is None:
        return
    (bracketed,) = [child for child in contents.segments if child.is_type("bracketed")][:1] or [None]
    if bracketed is None:
        return
    if name.raw.lower() == "coalesce":
        children = code_of(bracketed)[1:-1]
        arguments = split(children, lambda child: child.is_type("comma"))
        for index, run in enumerate(arguments):
            if len(arguments) > 1:
                first = run[0] if index == 0 else arguments[index - 1][-1]
                last = arguments[1][0] if index == 0 else run[-1]
                start = place(first)[0] if index == 0 else place(first)[1]
                stop = place(last)[0] if index == 0 else place(last)[1]
                yield "coalesce", start, stop, ""
    for child in bracketed.segments:
        if word(child) == "distinct":
            yield "distinct dropped", *place(child), ""


def of_case(case, parents):
    whens = [child for child in case.segments if child.is_type("when_clause")]
    others = [child for child in case.segments if child.is_type("else_clause")]
    if len(whens) > 1:
        for when in whens:
            yield "case branch dropped", *place(when), ""
    elif others:
        yield "case branch dropped", *place(case), f"({others[0].raw.split(None, 1)[1]})"
    for other in others:
        if other.raw.lower().split() != ["else", "null"]:
            yield "else dropped", *place(other), ""


def of_join(join, parents):
    for child in join.segments:
        if word(child) in JOINS:
            yield "join", *place(child), JOINS[word(child)]


def of_partition(clause, parents):
    children = code_of(clause)
    columns = split(children[2:], lambda child: child.is_type("comma"))
    if len(columns) == 1:
        yield "partition dropped", *place(clause), ""
        return
    for index, run in enumerate(columns):
        if index == 0:
            yield "partition dropped", place(run[0])[0], place(columns[1][0])[0], ""
        else:
            yield "partition dropped", place(columns[index - 1][-1])[1], place(run[-1])[1], ""


def of_order(clause, parents):
    """Order of rows in a window, an aggregate or under a limit; that of a bare select means nothing."""
    statement = parents[-1]
    is_bare = statement.is_type("select_statement", "set_expression", "with_compound_statement")
    if is_bare and not any(child.is_type("limit_clause") for child in statement.segments):
        return
    children = code_of(clause)
    for run in split(children[2:], lambda child: child.is_type("comma")):
        direction = [child for child in run if word(child) in ("asc", "desc")]
        if direction:
            yield "order", *place(direction[0]), "asc" if word(direction[0]) == "desc" else "desc"
        else:
            columns = split(run, lambda child: word(child) in ("nulls", "first", "last"))[0]
            stop = place(columns[-1])[1]
            yield "order", stop, stop, "desc"


def of_set_operator(operator, parents):
    words = operator.raw.lower().split()
    if words[0] == "union":
        yield "union", *place(operator), "union all" if words[1:] == ["distinct"] else "union distinct"


def of_modifier(modifier, parents):
    if modifier.raw.lower() == "distinct":
        yield "distinct dropped", *place(modifier), ""


OF_NODE = {
    "expression": of_expression,
    "function": of_function,
    "case_expression": of_case,
    "join_clause": of_join,
    "partitionby_clause": of_partition,
    "orderby_clause": of_order,
    "set_operator": of_set_operator,
    "select_clause_modifier": of_modifier,
}


def of_word(segment, parents):
    text = segment.raw.lower()
    if segment.is_type("comparison_operator") and text in COMPARISONS:
        yield "comparison", *place(segment), COMPARISONS[text]
    elif segment.is_type("binary_operator") and text in ARITHMETIC:
        yield "operator", *place(segment), ARITHMETIC[text]
    elif segment.is_type("numeric_literal") and not segment.segments and re.fullmatch(r"\d+", text):
        if not any(parent.is_type("data_type", "bracketed_arguments", "groupby_clause") for parent in parents):
            yield "constant", *place(segment), {"0": "1", "1": "0"}.get(text, str(int(text) + 1))
    elif segment.is_type("boolean_literal"):
        yield "constant", *place(segment), "false" if text == "true" else "true"


def walk(segment, parents):
    if segment.is_type("comparison_operator") or not segment.segments:
        yield from of_word(segment, parents)
        return
    for kind, changes in OF_NODE.items():
        if segment.is_type(kind):
            yield from changes(segment, parents)
    for child in segment.segments:
        yield from walk(child, [*parents, segment])


def sites(text):
    """Every small change of a file, in order."""
    tree = linter().parse_string(plain(text)).tree
    around = blocks(text)
    found = set()
    for kind, start, stop, new in walk(tree, [tree]) if tree else []:
        # What is inside Jinja is not SQL.
        cut = any(m.start() < start < m.end() or m.start() < stop < m.end() for m in JINJA.finditer(text))
        if not cut and around(start) == around(stop):
            found.add(Site(start, stop, kind, new))
    return sorted(found)


def marked(text, numbered):
    """The file with a comment before and after each range, which stay there when Jinja is rendered."""
    marks = []
    for number, site in numbered:
        # At one position: what ends, ends first, the inner before the outer; what begins, the outer before the inner.
        width = site.stop - site.start
        marks.append((site.start, (1, -width, number), f"/*m{number}(*/ "))
        marks.append((site.stop, (2, 0, number) if width == 0 else (0, width, -number), f" /*m{number})*/"))
    result, position = [], 0
    for at, _, mark in sorted(marks):
        result += [text[position:at], mark]
        position = at
    return "".join([*result, text[position:]])


MARK = re.compile(r"/\*m(\d+)[()]\*/ ?")


def mutated(text, number, new):
    """Rendered SQL with one change made wherever its marks stand; None where they do not."""
    pattern = re.compile(rf"/\*m{number}\(\*/.*?/\*m{number}\)\*/", re.S)
    changed, times = pattern.subn(lambda _: f" {new} ", text)
    return MARK.sub("", changed) if times else None
