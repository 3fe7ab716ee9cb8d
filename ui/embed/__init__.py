"""Similar problems below a field of another site's form: a script, and the address that it asks."""
