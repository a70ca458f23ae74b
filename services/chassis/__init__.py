"""Process plumbing that two services or more use: settings, logs, Kafka, MongoDB, keys, languages.

No order vocabulary.
"""
