"""The web client: the only code that opens connections to fetch content from elsewhere.

It asks only hosts that were allowed, never an internal address, politely and within limits:
`WebClient` gets a page, `Robots` says whether a site wants to be read, `Validators` ask again only for
what changed.
"""

from ingest.web.client import GONE, Limits, WebClient
from ingest.web.response import Response
from ingest.web.robots import Robots
from ingest.web.validators import Validators

__all__ = ["GONE", "Limits", "Response", "Robots", "Validators", "WebClient"]
