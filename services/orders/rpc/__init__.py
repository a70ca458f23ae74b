"""The gRPC side: what comes in is authenticated, validated and turned into commands; what goes out is a message or a
rich error.
"""
