"""The nouns: values, names and errors that every room shares. No I/O but a `wire`, which ships."""
