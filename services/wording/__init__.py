"""What the services that speak to buyers say: the vocabulary of orders in plain words."""
