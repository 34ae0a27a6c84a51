"""A suite as one page of HTML: plots, tables and pictures, with no script and nothing loaded from anywhere."""
