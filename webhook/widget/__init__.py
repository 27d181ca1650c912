"""What residents see in a browser: the chat, the panel on other pages, and the pages around them."""
