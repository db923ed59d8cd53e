"""How fast bytes become a table and a chart, told as ratios measured in one run."""
