"""Where documents come from: folders and archives, each giving ``Source`` (bytes and origin)."""
