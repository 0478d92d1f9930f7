"""The directory: groups, enterprises, sites, designations."""
