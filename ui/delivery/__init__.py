"""How a request reaches people: by mail, by a webhook, or not at all. One file a channel.

A request is stored before it goes out, so a channel that fails loses nothing: the trouble is noted, and
`copse requests send` tries again.
"""

from __future__ import annotations

from ui.delivery.channel import Channel, Message, UndeliveredError, open_channels

__all__ = ["Channel", "Message", "UndeliveredError", "open_channels"]
