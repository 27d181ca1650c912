"""The staff console: looking things up, keeping records true, seeing what was asked in vain."""
