"""The part of Google's protobuf package that plugins use."""
