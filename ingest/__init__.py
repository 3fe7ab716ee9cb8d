"""From a source to the catalog: source → item → passage."""
