"""The page where a buyer sees where each part of an order is."""
