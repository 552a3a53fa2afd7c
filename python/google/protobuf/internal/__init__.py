"""What google.protobuf's own modules are made of."""
