"""Pool freight of many shippers over rail, barge, short sea and road."""

__version__ = "0.1.0"
