"""What is deployed, on a real API server. Needs tools that are fetched or built: `make deploy-test`."""
