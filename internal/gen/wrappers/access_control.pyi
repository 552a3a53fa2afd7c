"""Access control: policies on resources that a plugin owns."""

class AccessControlPolicy:
    """A policy; ``type`` is ``{plugin id}:{type}``, ``id`` that of the resource."""

    _message = "api_access_control_pb2.AccessControlPolicy"

class AccessControlPolicyRule:
    """The actions that a user may do of whom a CEL expression is true."""

    _message = "api_access_control_pb2.AccessControlPolicyRule"

class AccessDecision:
    """Whether a user may do it; ``context`` may say why."""

    _message = "api_access_control_pb2.AccessDecision"

class CELExpressionError:
    """What is wrong with an expression, and where."""

    _message = "api_access_control_pb2.CELExpressionError"

class VisualExpression:
    """An expression as conditions that all must hold."""

    _message = "api_access_control_pb2.VisualExpression"

class Condition:
    """A condition on an attribute; ``value_type`` 0: ``value`` itself, 1: it names an attribute."""

    _message = "api_access_control_pb2.Condition"

class AccessControlPolicyTestResponse:
    """A page of the users that an expression is true of, and how many there are."""

    _message = "api_access_control_pb2.AccessControlPolicyTestResponse"
