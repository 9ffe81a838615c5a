from .base import Report
class XlsxReport(Report):
    pass
