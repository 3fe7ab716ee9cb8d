"""The MCP server: what a language model's program may ask Copse, over stdio and over HTTP."""
