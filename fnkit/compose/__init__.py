"""Flows: functions that become a workflow, and the sessions that they leave behind."""
