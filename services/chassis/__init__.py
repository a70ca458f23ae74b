"""Process plumbing without any order vocabulary, used by two services or more."""
