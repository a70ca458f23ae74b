"""Looking an order up without a link: by its reference and something that only its buyer is likely to know."""
