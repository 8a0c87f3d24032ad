"""What operators have to say, to everybody or to some: written, shown once more, sent in portions."""
