"""Stands in for Jupyter Book."""
