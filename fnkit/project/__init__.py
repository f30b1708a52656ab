"""A project in one file: functions, flows, triggers and rules, declared once for every place that they go to."""
