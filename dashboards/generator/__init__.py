"""Writes the Grafana dashboards, so that what both share (thresholds, colours, selectors) stands in one place."""
