"""From the catalog to a reply: vectors and words → hits → answer, experts, similar problems."""
