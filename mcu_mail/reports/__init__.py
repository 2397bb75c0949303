"""What people look at: the status board, one case, the register of outgoing letters."""
