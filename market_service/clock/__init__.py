"""The market's clock: which day it is, what time of the day, how fast it goes, and whether it stands."""
