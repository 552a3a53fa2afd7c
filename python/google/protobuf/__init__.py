"""The part of google.protobuf that plugins use, on the messages of _mmpy."""
