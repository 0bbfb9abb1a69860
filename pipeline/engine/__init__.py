"""Where runs are carried out, and who looks after them."""
