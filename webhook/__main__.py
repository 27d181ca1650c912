"""`python -m webhook`: serves the chat, the search and the page."""

import sys

from webhook.wsgi import main

sys.exit(main())
