"""What several kinds of source need."""
