"""Open Referral HSDS 3.0: the read API for other directories."""
