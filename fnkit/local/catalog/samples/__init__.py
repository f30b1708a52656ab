"""A suite of simple actions to help you get started with OpenWhisk."""
