"""Pictures: what a flow and its times look like, as shapes on a page, as SVG and as PNG."""
