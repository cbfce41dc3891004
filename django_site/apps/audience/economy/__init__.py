"""What a production took: time, energy, money, people's hours; whom it paid, and whom a conventional one would have."""
