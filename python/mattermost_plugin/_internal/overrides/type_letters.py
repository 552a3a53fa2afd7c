"""The types of teams and channels: letters in the client, numbers in the messages."""

from __future__ import annotations

from mattermost_plugin._internal import wrappers


def _letter(table: tuple[str, ...], number: int) -> str:
    return table[number] if 0 <= number < len(table) else ""


def _number(table: tuple[str, ...], letter: str, what: str) -> int:
    try:
        return table.index(letter)
    except ValueError:
        letters = [repr(one) for one in table if one]
        raise ValueError(f"{what} must be {', '.join(letters[:-1])} or {letters[-1]}, not {letter!r}") from None


def _proto_team_type_to_str(proto_type: int) -> str:
    return _letter(wrappers.Team._letters["type"], proto_type)


def _str_team_type_to_proto(type_str: str) -> int:
    return _number(wrappers.Team._letters["type"], type_str, "Team.type")


def _proto_channel_type_to_str(proto_type: int) -> str:
    return _letter(wrappers.Channel._letters["type"], proto_type)


def _str_channel_type_to_proto(type_str: str) -> int:
    return _number(wrappers.Channel._letters["type"], type_str, "Channel.type")
