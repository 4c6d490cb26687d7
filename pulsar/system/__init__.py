"""How does the whole installation do? For its operators, who need not belong to any of its organizations."""
