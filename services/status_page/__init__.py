"""The page where a buyer sees where the order is: its read model, its look-up, its downloads, and nothing that forgets."""
