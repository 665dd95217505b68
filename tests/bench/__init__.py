"""What Whipround can do a second, measured against what the same machine can do at that moment: `make bench`."""
