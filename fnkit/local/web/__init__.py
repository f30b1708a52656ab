"""Web actions, the parts that decide: a request as arguments, a result as an answer. Pure."""
