"""Providers' APIs as their own SDKs know them: each takes a request, and finds wrong what the SDK finds wrong."""
