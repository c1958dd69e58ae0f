"""What the subcommands do: each a function of the parsed arguments that gives an exit code or nothing."""
