"""Plans: a donor's promise to give at a stated rhythm, and each payment of it."""
