"""Agencies, where they are, and what they are called."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index

from store.schema.parts import id_, integer, ordinal, part_of_report, reference, table, text_

region = table(
    "region",
    text_("code", "Administrative division code (GB/T 2260; townships nine digits), as text.", primary_key=True),
    text_("name", "Present name, or the last one."),
    text_("level", "province, city, county or township."),
    text_("parent_code", "Code of the division it belongs to.", nullable=True),
    text_("province", "Name of its province."),
    text_("city", "Name of its city, prefecture or the like; empty where there is none.", index=True),
    text_("county", "Name of its county, district or the like; empty where there is none."),
    integer("since", "Year it was made, where that was after 2006.", nullable=True),
    integer("until", "Year it ended.", nullable=True),
)

region_heir = table(
    "region_heir",
    reference("code", "region.code", "A division that ended.", primary_key=True),
    text_("heir_code", "Code of a division that took it over.", primary_key=True),
    integer("year", "Year of that."),
    rowid=False,
)

agency = table(
    "agency",
    id_("Number of the agency."),
    text_("key", "What it is told from others by: division, area and kind, or its own name.", unique=True),
    text_("name", "Canonical name; the latest, where it was renamed."),
    integer("name_year", "Year of the report that the name is of.", nullable=True),
    Column("region_code", ForeignKey("region.code"), index=True, doc="Where it is; NULL for bodies of the nation."),
    text_("level", "nation, province, city, county or township."),
    text_("kind", "Kind of body, as in agency_kind; institution or other where no kind covers it."),
    text_("category", "government, department, vertical, mass, institution, zone or party."),
    text_("area", "Area without a code that it belongs to, such as a development zone."),
    integer("system", "1 for a whole system of bodies, such as all postal offices of a province."),
    Index(None, "kind", "level"),
)

agency_kind = table(
    "agency_kind",
    text_("kind", "Kind of body.", primary_key=True),
    text_("category", "government, department, vertical or mass."),
    text_("label", "Usual name of such a body."),
    text_("successor", "Kind that took its work over.", nullable=True),
    integer("year", "Year of that.", nullable=True),
    rowid=False,
)

agency_succession = table(
    "agency_succession",
    reference("agency_id", "agency.id", "An agency that ended, as the alias file says.", primary_key=True),
    reference("successor_id", "agency.id", "The agency that went on with its work.", primary_key=True),
    integer("year", "Year of that."),
    rowid=False,
)

agency_alias = table(
    "agency_alias",
    ordinal("Place in the alias file, from 0; the first that fits a report counts."),
    text_("printed", "Name as reports print it.", index=True),
    text_("document", "Pattern of the document's name or address; * fits all."),
    integer("first_year", "First reporting year it holds for.", nullable=True),
    integer("last_year", "Last reporting year it holds for.", nullable=True),
    reference("agency_id", "agency.id", "The agency meant."),
)

agency_candidate = part_of_report(
    "agency_candidate",
    text_("key", "Key of an agency that the printed name may mean, or that is a further author."),
    text_("name", "Its canonical name."),
    text_("region_code", "Where it is; empty for bodies of the nation."),
    text_("kind", "Kind of body."),
    integer("joint", "1 for a further author of the same report, 0 where only one of the candidates can be right."),
)
