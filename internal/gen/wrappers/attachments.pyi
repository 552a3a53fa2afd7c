"""Message attachments and their buttons and menus."""

class MessageAttachment:
    """A message attachment; those of a post are in its props."""

    _message = "attachment_pb2.MessageAttachment"

class MessageAttachmentField:
    """A title and a value in a message attachment."""

    _message = "attachment_pb2.MessageAttachmentField"

class PostAction:
    """A button or a menu of a message attachment."""

    _message = "attachment_pb2.PostAction"

class PostActionOptions:
    """One choice of a menu."""

    _message = "attachment_pb2.PostActionOptions"

class PostActionIntegration:
    """Whom a button or a menu tells that it was used."""

    _message = "attachment_pb2.PostActionIntegration"
