"""Where gRPC plugins find the classes that serve their hooks."""
