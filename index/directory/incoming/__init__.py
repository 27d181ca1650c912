"""Reads tables as people keep them: CSV and XLSX, several telephones in a cell, hours in words."""
