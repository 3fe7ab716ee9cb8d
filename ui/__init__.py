"""Every face of Copse: the command line, the HTTP API and the web page."""
