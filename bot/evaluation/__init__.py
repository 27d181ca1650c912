"""`make evaluate`: reading and finding, measured beside what people would use instead."""
