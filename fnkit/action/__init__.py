"""From a notebook cell to bytes: slice, action file, requirements, bundle."""
