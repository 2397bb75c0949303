"""The door to the database: cases, events, mail ledger, outgoing queue, register, due moments."""
