"""The daemon's jobs, one file each: every job asks the store what is owed at `now` and does it."""
