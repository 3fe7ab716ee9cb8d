"""The ground of Copse: nouns, errors, settings, and the one database that holds the truth."""
