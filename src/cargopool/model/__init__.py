"""What exists: places, equipment, services, shipments, scenarios, plans. Frozen, no I/O, no solver."""
