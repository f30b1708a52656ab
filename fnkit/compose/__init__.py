"""Flows: functions become a workflow, written in Python, run as one conductor action."""
