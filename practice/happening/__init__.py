"""What happens to the objects: paying, collecting, renewing, changing, disputing, settling."""
