"""The nouns: values, names and errors that every room shares. No I/O."""
