"""Language models: one file for each part of talking to one."""
