"""Who may enter and what they may do there: accounts, grants, tokens, and the viewers made from them."""
