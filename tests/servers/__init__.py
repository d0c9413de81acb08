"""Real servers for tests and the demo: child processes on loopback, with no trace outside their own folder."""
