"""The inspector's dossier in words: the sections that the page shows and the paper prints."""

from traceability.tables.dossier.conduct import amendments_section, filings_section
from traceability.tables.dossier.findings import cases_section, findings_section, penalties_section
from traceability.tables.dossier.masses import caps_section, recoveries_section, stock_section
from traceability.tables.dossier.partners import partners_section
from traceability.tables.dossier.score import score_section
from traceability.tables.dossier.sheets import Cell, Section, Sheet

__all__ = [
    "Cell",
    "Section",
    "Sheet",
    "amendments_section",
    "caps_section",
    "cases_section",
    "filings_section",
    "findings_section",
    "partners_section",
    "penalties_section",
    "recoveries_section",
    "score_section",
    "stock_section",
]
