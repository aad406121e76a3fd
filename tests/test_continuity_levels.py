"""A jurisdiction beside its agencies: nothing counted twice, and a sum over a part proves nothing."""

from decimal import Decimal

from normalize.continuity.levels import Coverage, Member, Own, rosters, sums

PARENTS = {"32": None, "3213": "32", "321322": "3213", "321311": "3213", "321322007": "321322"}


def own(number, agency, kind, region, value, scope=None, *, year=2023, doubt=False):  # noqa: PLR0917 - a line a report
    return Own(number, Member(agency, kind, region), year, scope, doubt, (None if value is None else Decimal(value),))


def compared(*reports):
    expected = rosters([(each.member, each.scope) for each in reports], PARENTS)
    return [(s.report_id, int(s.whole), int(s.parts), s.counted, s.expected, s.outcome) for s in sums(reports, PARENTS, expected)]


def test_parts_of_a_jurisdiction_are_a_lower_bound():
    county = own(1, 1, "government", "321322", 100, "jurisdiction")
    parts = [
        own(2, 2, "education", "321322", 30),
        own(3, 3, "finance", "321322", 20, "own_office"),
        own(4, 4, "government", "321322007", 5),
    ]
    assert compared(county) == []
    assert compared(county, *parts) == [(1, 100, 55, 3, 3, Coverage.WITHIN)]
    absent = own(5, 5, "audit", "321322", 9, year=2022)
    assert compared(county, *parts, absent) == [(1, 100, 55, 3, 4, Coverage.WITHIN)]
    assert compared(county, *parts, own(6, 6, "audit", "321322", 45)) == [(1, 100, 100, 4, 4, Coverage.EQUAL)]
    assert compared(county, *parts, own(6, 6, "audit", "321322", 46)) == [(1, 100, 101, 4, 4, Coverage.EXCEEDED)]
    unsure = own(1, 1, "government", "321322", 100, "jurisdiction", doubt=True)
    assert compared(unsure, *parts, own(6, 6, "audit", "321322", 46)) == [(1, 100, 101, 4, 4, Coverage.DOUBTFUL)]


def test_nothing_is_counted_twice():
    city = own(1, 1, "government", "3213", 500, "jurisdiction")
    county = own(2, 2, "government", "321322", 200, "jurisdiction")
    within = [own(3, 3, "education", "321322", 150), own(4, 4, "finance", "321322", 40)]
    # The county's report holds its departments'.
    assert (1, 500, 200, 3, 3, Coverage.WITHIN) in compared(city, county, *within)
    # Government and office may count the same.
    both = [own(5, 5, "government", "321311", 7, "own_office"), own(6, 6, "government_office", "321311", 9)]
    assert compared(city, *both) == [(1, 500, 9, 2, 2, Coverage.WITHIN)]
    # A report of unsaid scope may be for all of the district.
    unsaid = own(7, 7, "government", "321311", 60)
    assert compared(city, unsaid, own(8, 8, "finance", "321311", 40)) == [(1, 500, 60, 2, 2, Coverage.WITHIN)]
    # A department's report for its whole branch counts what lower divisions count.
    assert compared(city, own(9, 9, "education", "3213", 300, "jurisdiction"), own(3, 3, "education", "321322", 150)) == [
        (1, 500, 150, 1, 1, Coverage.WITHIN)
    ]
    # The government's own report of unsaid scope is no part of its whole: it may be the same thing.
    assert compared(county, own(10, 2, "government", "321322", 190), *within) == [(2, 200, 190, 2, 3, Coverage.WITHIN)]
    # A figure that is not there is not counted.
    assert compared(city, own(3, 3, "education", "321322", None)) == []
