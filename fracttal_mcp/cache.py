"""The shared cache: Redis, or the memory of this process while Redis is down.

It holds counters (sign-in, OAuth, API) and data that can be read again (clients' documents). Without Redis
the limits grow by the number of processes but never disappear, and nobody is kept from signing in.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
RETRY_AFTER_SECONDS = 5.0


class SharedOrLocalCache(RedisCache):
    # Django makes an instance per thread. The state of Redis is shared by all of them.
    _local = LocMemCache("without-redis", {"OPTIONS": {"MAX_ENTRIES": 50_000}})
    _try_redis_at = 0.0

    def _either(
        self, shared: Callable[..., Result], local: Callable[..., Result], *args: Any, **more: Any
    ) -> Result:
        if time.monotonic() >= SharedOrLocalCache._try_redis_at:
            try:
                return shared(*args, **more)
            except (RedisError, OSError) as error:
                SharedOrLocalCache._try_redis_at = time.monotonic() + RETRY_AFTER_SECONDS
                logger.warning(
                    "Redis does not answer (%s): limits are counted in this process.", type(error).__name__
                )
        return local(*args, **more)

    def add(self, *args: Any, **more: Any) -> bool:
        return self._either(super().add, self._local.add, *args, **more)

    def get(self, *args: Any, **more: Any) -> Any:
        return self._either(super().get, self._local.get, *args, **more)

    def set(self, *args: Any, **more: Any) -> None:
        self._either(super().set, self._local.set, *args, **more)

    def incr(self, *args: Any, **more: Any) -> int:
        return self._either(super().incr, self._local.incr, *args, **more)

    def touch(self, *args: Any, **more: Any) -> bool:
        return self._either(super().touch, self._local.touch, *args, **more)

    def delete(self, *args: Any, **more: Any) -> bool:
        return self._either(super().delete, self._local.delete, *args, **more)

    def has_key(self, *args: Any, **more: Any) -> bool:
        return self._either(super().has_key, self._local.has_key, *args, **more)

    def get_many(self, *args: Any, **more: Any) -> dict[Any, Any]:
        return self._either(super().get_many, self._local.get_many, *args, **more)

    def set_many(self, *args: Any, **more: Any) -> list[Any]:
        return self._either(super().set_many, self._local.set_many, *args, **more)

    def delete_many(self, *args: Any, **more: Any) -> None:
        self._either(super().delete_many, self._local.delete_many, *args, **more)

    def clear(self) -> None:
        self._local.clear()
        self._either(super().clear, lambda: None)
