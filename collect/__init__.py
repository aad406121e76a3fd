"""Where documents come from: files, folders and archives. ``archives.gather`` is its door."""
