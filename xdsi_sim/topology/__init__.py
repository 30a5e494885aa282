"""Topologies: which actors there are, their ids and addresses, read from one YAML file and checked."""
