"""A second version of a service beside the first: its files, its migrations, its processes, its share."""
