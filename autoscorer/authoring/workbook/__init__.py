"""Rule books as Excel workbooks, for people who do not write YAML: out and in again, without loss."""

from .read import import_rules
from .write import export_rules

__all__ = ["export_rules", "import_rules"]
