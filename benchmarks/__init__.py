"""What measures. Each file is one measurement, run by hand against a running system; none is a test."""
