"""Load plans: which pallets in which unit."""
