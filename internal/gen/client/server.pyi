from mattermost_plugin._internal.overrides import logs

class ServerMixin:
    """The server itself: version, licence, log."""

    def get_server_version(self) -> str:
        """The server's version, such as ``11.4.0``."""

    def get_system_install_date(self) -> int:
        """When the server was set up, in milliseconds since 1970."""

    def get_diagnostic_id(self) -> str:
        """The server's id for diagnostics."""

    def get_telemetry_id(self) -> str:
        """The server's id for telemetry."""

    def get_license(self) -> bytes:
        """The licence as JSON; empty when there is none."""

    def is_enterprise_ready(self) -> bool:
        """Whether the server is an enterprise build."""

    def get_cloud_limits(self) -> bytes:
        """The limits of a cloud server, as JSON; empty when there are none."""

    def request_trial_license(
        self,
        requester_id: str,
        users: int,
        *,
        terms_accepted: bool = False,
        receive_emails_accepted: bool = False,
    ) -> None:
        """Asks for a trial licence and installs it."""

    def register_collection_and_topic(self, collection_type: str, topic_type: str) -> None:
        """Registers kinds of collections and topics; Mattermost no longer supports them."""

    def log_debug(self, message: str, **kwargs: str) -> None:
        """Logs a message and named values in the server's log, for debugging."""
        request.msg = message
        request.key_value_pairs = logs.pairs(kwargs)

    def log_info(self, message: str, **kwargs: str) -> None:
        """Logs a message and named values in the server's log."""
        request.msg = message
        request.key_value_pairs = logs.pairs(kwargs)

    def log_warn(self, message: str, **kwargs: str) -> None:
        """Logs a warning and named values in the server's log."""
        request.msg = message
        request.key_value_pairs = logs.pairs(kwargs)

    def log_error(self, message: str, **kwargs: str) -> None:
        """Logs an error and named values in the server's log."""
        request.msg = message
        request.key_value_pairs = logs.pairs(kwargs)

    def log_audit_rec(self, record: AuditRecord) -> None:
        """Writes a record to the audit log."""

    def log_audit_rec_with_level(self, record: AuditRecord, level: str) -> None:
        """Writes a record to the audit log at a level.

        level is ``audit-api``, ``audit-content``, ``audit-permissions`` or ``audit-cli``, or one of the usual log.
        """
