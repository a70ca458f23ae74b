"""One module per subject: what each change does to an order. `orders.domain.fold` gathers them."""
