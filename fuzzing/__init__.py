"""Bad input for every reader: the table of targets, and a fuzzer that finds its way by coverage."""
