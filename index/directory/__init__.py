"""The directory: records in files that people edit, and in the database that serves them."""
