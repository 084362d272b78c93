"""The file border: scenarios in, plans out."""
