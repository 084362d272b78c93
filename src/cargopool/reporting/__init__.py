"""Tables, charts, map, HTML."""
