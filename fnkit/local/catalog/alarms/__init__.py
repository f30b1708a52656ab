"""Alarms: triggers that are fired at given times."""
