"""The same elements under other axes: shapes, joining, layout, windows."""
