"""What makes an action run: schedules, stores and their feeds, patterns, destinations, CloudEvents."""
