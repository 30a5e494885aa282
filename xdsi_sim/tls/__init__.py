"""TLS without a network library: certificates, trust, what a hand-shake means in words."""
