"""How an answer gets from here to a platform: kept as keys and ids, sent once, in its order, or given up."""
