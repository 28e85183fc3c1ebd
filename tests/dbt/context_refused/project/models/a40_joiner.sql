select {{ joiner }}
