"""Records in, HTML out: pure functions. What is written by people is escaped by construction."""
