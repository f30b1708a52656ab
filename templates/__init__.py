"""Text that becomes files: Jinja2, with next to no logic."""
