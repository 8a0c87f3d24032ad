"""What measures: ``make bench``. A number here is measured on a system of its own, never asserted."""
