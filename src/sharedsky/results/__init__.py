"""A report as text: JSON (docs/schemas/result-v1.schema.json), GeoJSON, CSV. Pure; files are the caller's."""
