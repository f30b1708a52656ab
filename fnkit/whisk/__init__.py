"""The client of the OpenWhisk REST API."""
