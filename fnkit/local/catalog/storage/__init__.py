"""Storage: triggers that are fired when a file or an object is created or removed."""
