"""Who asks: credentials, and the one gate that makes a viewer of them."""
