"""Downloads: counted exactly, resumed freely, and taken only from the downloads folder or the merchant's address."""
