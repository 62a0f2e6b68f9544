"""Pages of upkeep: what is to be mended in articles, the commonest kinds of request, and test questions."""
