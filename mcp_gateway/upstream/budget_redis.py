"""The companies' buckets in Redis, so that any number of processes share one budget.

Rules and figures are those of pace.Bucket; a test compares the two.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from redis.asyncio import Redis
from redis.exceptions import RedisError

from mcp_gateway.upstream.pace import KEPT_FOR_EACH, MINUTE, SAME_WINDOW_SECONDS, Grant, Heard, Pace

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 0.5
RETRY_AFTER_SECONDS = 5.0

# KEYS: the bucket (hash), who asked when (sorted set), how much (hash). ARGV: burst, tokens per second, share
# of one person, then the upstream's count: requests left (-1 if unknown) and seconds until it resets, then
# the people. Returns {index from 0 of the person who may go, or -1; seconds to wait}.
SCRIPT = f"""
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local burst, rate, share = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local said, ends_in = tonumber(ARGV[4]), tonumber(ARGV[5])
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'left', 'ends')
local tokens, at = tonumber(state[1] or burst), tonumber(state[2] or now)
local left, ends = tonumber(state[3] or 0), tonumber(state[4] or 0)
tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
if said >= 0 then
  if now + ends_in > ends + {SAME_WINDOW_SECONDS} then left = said else left = math.min(left, said) end
  ends = math.max(ends, now + ends_in)
end
local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - {MINUTE})
for _, person in ipairs(gone) do
  redis.call('ZREM', KEYS[2], person)
  redis.call('HDEL', KEYS[3], person)
end
local active, wait, turn = redis.call('ZCARD', KEYS[2]), {MINUTE}, -1
for place = 6, #ARGV do
  local person = ARGV[place]
  local use = tonumber(redis.call('HGET', KEYS[3], person) or 0)
  local others = active
  if use > 0 then
    others = active - 1
    use = use * math.exp((tonumber(redis.call('ZSCORE', KEYS[2], person) or now) - now) / {MINUTE})
  end
  local kept = math.min(burst / 2, {KEPT_FOR_EACH} * others) * math.min(1, use / share)
  local needed = math.min(1 + kept, burst)
  local closed = now < ends and left < needed
  if tokens >= needed and not closed then
    tokens, left, turn, wait = tokens - 1, left - 1, place - 6, 0
    redis.call('HSET', KEYS[3], person, string.format('%.6f', use + 1))
    redis.call('ZADD', KEYS[2], string.format('%.6f', now), person)
    break
  end
  local missing = (needed - tokens) / rate
  if closed then missing = math.max(missing, ends - now) end
  wait = math.min(wait, missing)
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', now),
  'left', string.format('%.6f', left), 'ends', string.format('%.6f', ends))
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, 600) end
return {{turn, string.format('%.6f', wait)}}
"""


class SharedBuckets:
    """The connection pool of one event loop. Its methods never raise: without Redis they grant nothing."""

    def __init__(self, url: str) -> None:
        self._client = Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )
        self._script = self._client.register_script(SCRIPT)
        self._try_at = 0.0
        self._was_down = False

    @property
    def is_up(self) -> bool:
        """Say whether to ask Redis: not within some seconds after it failed."""
        return time.monotonic() >= self._try_at

    async def take(
        self, name: str, pace: Pace, people: Sequence[str], heard: Heard | None = None
    ) -> Grant | None:
        key = f"upstream-budget:{{{name}}}"
        told = (-1, 0.0) if heard is None else (heard.left, max(0.0, heard.ends - time.monotonic()))
        try:
            turn, wait = await self._script(
                keys=[key, f"{key}:seen", f"{key}:used"],
                args=[pace.burst, pace.per_second, pace.share, *told, *people],
            )
        except (RedisError, OSError) as error:
            self._try_at = time.monotonic() + RETRY_AFTER_SECONDS
            if not self._was_down:
                self._was_down = True
                logger.warning(
                    "Redis does not answer (%s): the budget upstream is counted in this process.",
                    type(error).__name__,
                )
            return None
        if self._was_down:
            self._was_down = False
            logger.info("Redis answers again: the budget upstream is shared.")
        return Grant(None, max(0.001, float(wait))) if int(turn) < 0 else Grant(int(turn))

    async def close(self) -> None:
        await self._client.aclose()
