"""Open Referral HSDS 3.0: the directory as other systems read it, and theirs as records."""
