"""Downloads: counted exactly, resumed freely, and taken from nowhere but the downloads folder or the merchant's address."""
