"""What a page of the web book costs its reader: bytes, requests, and how soon a phone shows it."""
