"""Faults against the whole product on real servers, and the counting that shows what they did."""
