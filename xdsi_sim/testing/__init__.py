"""For the tests of others: fixtures of pytest that start actors and show what they were sent."""
