"""Wismo: the published protos, a typed client, and the command."""
