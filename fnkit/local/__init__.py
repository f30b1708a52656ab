"""A small, durable, sandboxed OpenWhisk for one machine, in one process."""
