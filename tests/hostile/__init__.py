"""IMAP servers that do what no server should, and the real program beside them."""
