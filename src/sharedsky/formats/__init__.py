"""Bytes to plans and zones, and back: one module for each format. Pure: bytes in, values out, no files."""
