"""What the checks of dashboards/ share."""
