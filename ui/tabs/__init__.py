"""One tab a file: which components stand where, and which handler each of them calls."""
