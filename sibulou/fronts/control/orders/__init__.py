"""Orders (指令, S20): sent to seats, received, done, objected to, each in its clock."""
