"""What the web server keeps beside the directory: accounts, the log of what was done, counts of use."""
