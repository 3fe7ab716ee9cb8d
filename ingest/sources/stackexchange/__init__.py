"""Stack Exchange data dumps."""
