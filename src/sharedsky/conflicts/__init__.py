"""Finding conflicts: a fast coarse search that never misses, then exact decisions with their certainty. Pure."""
