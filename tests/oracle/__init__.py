"""A second opinion: slow, obvious decisions written apart from the search, by other mathematics, for tests alone."""
