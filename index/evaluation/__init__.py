"""How well services are found: golden questions, figures with their uncertainty, and peers."""
