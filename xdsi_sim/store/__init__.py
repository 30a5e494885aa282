"""Where actors keep their state: SQLite for what is searched, files for what is large."""
