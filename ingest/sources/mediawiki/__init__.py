"""MediaWiki dumps."""
