"""The exchange over HTTP: ASTM F3548-21 and what stands beside it; the only package that knows a web framework."""
