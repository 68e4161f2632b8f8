"""What takes longer than a test run may: the official suite, comparisons with the oracle at
length, hostile input at full size."""
