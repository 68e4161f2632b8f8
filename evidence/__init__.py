"""What takes longer than a test run may: comparisons with the oracle at length, hostile input at full size."""
