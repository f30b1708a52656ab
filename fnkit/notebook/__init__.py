"""The notebook's face: magics, views, widgets."""
