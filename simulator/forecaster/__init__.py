"""A reader of the city's, as thin as it can be: it keeps what nodes say, and proves that it has all of it."""
