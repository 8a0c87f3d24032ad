"""Monthly statements of a customer's cash: the figures, and the PDF that says them."""
