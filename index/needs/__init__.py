"""The taxonomy of needs as people have them, with the official kinds of service behind them."""
