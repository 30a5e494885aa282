"""The actors: values in, values out. They know nothing of Spyne, Twisted, SQLite, clocks or random numbers."""
