"""Builds what is in models/: `python -m training --shared ../shared --out models`."""
