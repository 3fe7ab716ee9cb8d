"""The kinds of source: forums, tables of lessons, and folders of documents."""
