"""The ladder of ways to lock an instance in, from bubblewrap down to a plain process; a probe picks one."""
