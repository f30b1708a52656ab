"""The line that a deploy travels: build, plan, apply, check."""
