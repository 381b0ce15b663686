"""What looks at a municipality between its nights: alerts, letters, answered workbooks, new source files."""
