"""What the orders service is told: promises that were made and notices that were accepted."""
