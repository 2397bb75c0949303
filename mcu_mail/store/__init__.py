"""The door to the database: cases and events, mail ledger, outgoing queue, register, due moments."""
