"""Message, the base of all messages, and the errors of the wire form."""

from _mmpy import DecodeError, EncodeError, Error, Message

__all__ = ["DecodeError", "EncodeError", "Error", "Message"]
