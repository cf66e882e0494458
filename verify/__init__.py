"""Independent checkers. They import nothing from sonae: each sees only what sonae printed, and judges that."""
