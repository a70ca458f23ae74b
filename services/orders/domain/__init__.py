"""What an order is and how events move it: plain values and pure functions, with nothing from outside but the standard
library.
"""
