"""Building blocks that format and assemble data."""
