"""What people of messaging platforms read: the same answers as words, within limits, and discreet."""
