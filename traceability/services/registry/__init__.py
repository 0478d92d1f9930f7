"""Reading an existing registry into the portal: contracts/dataset.md, all but filings and records.

One file is one deed: it is saved whole or not at all, and every bad row of it is told.
"""

from traceability.services.registry.decisions import import_decisions
from traceability.services.registry.designations import import_designations
from traceability.services.registry.enterprises import import_enterprises
from traceability.services.registry.reading import Imported
from traceability.services.registry.regions import import_regions

__all__ = [
    "Imported",
    "import_decisions",
    "import_designations",
    "import_enterprises",
    "import_regions",
]
