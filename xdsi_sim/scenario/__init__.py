"""Scenarios: YAML that plays actors against each other or against a system under test, and its verdict."""
