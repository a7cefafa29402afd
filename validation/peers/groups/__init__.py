"""What is compared, a module for each kind of number."""
