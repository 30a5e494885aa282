"""Wrong behaviour that a test may ask for: each deviation has an id, a sentence, and what peers see of it."""
