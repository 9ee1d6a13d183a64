"""How what the cache keeps is written."""

from typing import Any

from cachelib.serializers import JSONSerializer


class JsonSerializer(JSONSerializer):
    """JSON that takes no value for no value.

    Cachelib asks for the value of each key, also of one that is not there; its own serializer takes
    that for text that it cannot read, and logs a warning: one for each answer that was not kept.
    """

    def loads(self, bvalue: str | bytes | bytearray | None, *args: Any, **kwargs: Any) -> Any:
        """Return what was kept; None when nothing was."""
        return None if bvalue is None else super().loads(bvalue, *args, **kwargs)
