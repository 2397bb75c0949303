"""A post office on loopback and the people of the demo: the real service, played."""
