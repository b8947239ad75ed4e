"""The command line `chidao`, for those who operate the system."""
