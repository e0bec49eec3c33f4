"""The tool behind `make mutate`: it finds the changes that it promises, and changes nothing else."""

import sys

import yaml

from customer_value.settings import PROJECT

sys.path.insert(0, str(PROJECT / "tests" / "mutation"))

from sites import JINJA, MARK, marked, mutated, sites

MODEL = """-- Grain: one row per customer.
{{ config(materialized='view') }}
with

a as (select * from {{ ref('a') }}),

b as (

    select
        customer_id,
        {% for n in [1, 2] -%}
        max(case when age = {{ n }} then amount + {{ rate('x', 'y') }} end) as amount_{{ n }},
        {% endfor -%}
        coalesce(name, other_name, 'none') as name,
        case when amount < 3 then 'low' when not is_open then 'shut' else 'high' end as label,
        row_number() over (partition by customer_id, plan_id order by loaded_at desc, id asc) as row_rank
    from a
    left join plans on a.plan_id = plans.plan_id and plans.since <= a.day
    where status <> 'gone' and amount >= {{ var('least') }} and id is not null

)

select count(distinct customer_id) as customer_count from b where row_rank = 1
union all
select sum(amount_1) * 2 from b
"""


def changes():
    """What each change makes of the line it is in."""
    found = {}
    for site in sites(MODEL):
        changed = MODEL[: site.start] + site.new + MODEL[site.stop :]
        line = MODEL.count("\n", 0, site.start)
        found.setdefault(site.kind, set()).add(" ".join(changed.split("\n")[line].split()))
    return found


def test_small_changes_of_every_kind_are_found():
    found = changes()
    assert {
        "condition dropped",
        "comparison",
        "operator",
        "constant",
        "function",
        "coalesce",
        "case branch dropped",
        "else dropped",
        "join",
        "partition dropped",
        "order",
        "not dropped",
        "union",
        "distinct dropped",
    } == found.keys()
    assert any(line.startswith("inner join plans on") for line in found["join"])
    assert (
        "coalesce(name, 'none') as name," in found["coalesce"]
        and "coalesce(name, other_name) as name," in found["coalesce"]
    )
    windows = found["partition dropped"]
    assert any("partition by plan_id order" in line for line in windows) and any(
        "by customer_id order" in line for line in windows
    )
    assert any("loaded_at asc" in line for line in found["order"]) and any("id desc" in line for line in found["order"])
    assert any("where true and amount" in line for line in found["condition dropped"])
    assert any(line.startswith("min(case when age") for line in found["function"])


def test_jinja_is_never_changed():
    for site in sites(MODEL):
        for match in JINJA.finditer(MODEL):
            inside = site.start < match.end() and match.start() < site.stop
            assert not inside or (site.start <= match.start() and match.end() <= site.stop), site


def test_marks_leave_the_model_as_it_is_and_one_change_at_a_time():
    numbered = list(enumerate(sites(MODEL)))
    text = marked(MODEL, numbered)
    # A mark is a comment and blanks, nothing else.
    assert "".join(MARK.sub("", text).split()) == "".join(MODEL.split())
    for number, site in numbered:
        expected = MODEL[: site.start] + site.new + MODEL[site.stop :]
        assert "".join(mutated(text, number, site.new).split()) == "".join(expected.split()), site
    assert mutated(text, len(numbered), "") is None


def test_equal_mutants_are_mutants_still():
    """What is named in equal.yml is a line of its model, and has a reason."""
    for mutant in yaml.safe_load((PROJECT / "tests" / "mutation" / "equal.yml").read_text())["equal_mutants"]:
        (path,) = (PROJECT / "models").rglob(f"{mutant['model']}.sql")
        assert mutant["old"] in " ".join(path.read_text().split()), mutant
        assert mutant["old"] != mutant["new"] and mutant["reason"], mutant
