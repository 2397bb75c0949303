"""The door to paper: letters, office engines, stamps, scans and the clerk's folders."""
