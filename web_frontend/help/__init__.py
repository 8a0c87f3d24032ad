"""How to use Birzha, and what its words mean."""
