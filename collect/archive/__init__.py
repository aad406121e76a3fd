"""The archive: everything that was ever fetched, as WARC records, found by address, time and content."""
