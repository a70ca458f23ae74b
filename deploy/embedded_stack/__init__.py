"""Everything that Wismo needs, on one machine, from the package index alone: for development and for a first look."""
