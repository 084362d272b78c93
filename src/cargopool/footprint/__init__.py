"""The one source of money and CO2e."""
