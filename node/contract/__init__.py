"""What may leave this node, as types: closed, strict, frozen. What is not a type here cannot be said."""
