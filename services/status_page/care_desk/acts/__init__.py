"""What the team does about an order: each act as a form, the words that its buyer reads, and the fact it becomes."""
