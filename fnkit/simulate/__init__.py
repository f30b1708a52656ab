"""What a load would cost and how the platform would bear it, before anybody sends it."""
