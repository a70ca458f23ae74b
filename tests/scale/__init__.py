"""What it takes to carry a million, a hundred million and a billion orders a year, from measured figures."""
