"""The actors: values in, values out. Spyne, Twisted, SQLite, clocks and random numbers stay outside."""
