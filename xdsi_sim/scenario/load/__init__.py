"""A scenario as load: its setup once, its steps again and again by many users, driven by Locust.

Locust rewires the sockets and threads of its process (gevent), which Twisted would not survive. So it has a
process of its own, `swarm`: it decides who plays when, and keeps the figures. Each of its users asks the
process with the actors, `player`, for one round after the other, over a socket; there a thread plays it.
"""
