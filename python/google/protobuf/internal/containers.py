"""The types of repeated and map fields, for isinstance."""

from _mmpy import MessageMap, RepeatedCompositeFieldContainer, RepeatedScalarFieldContainer, ScalarMap

__all__ = ["MessageMap", "RepeatedCompositeFieldContainer", "RepeatedScalarFieldContainer", "ScalarMap"]
