def evaluate() -> None:
    """."""
