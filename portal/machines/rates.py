"""How often a caller may ask, and how much of that is left."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from portal.accounts.sign_in import address_of

if TYPE_CHECKING:
    # Its module reads the throttles of the settings, which are these.
    from rest_framework.views import APIView


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands: requests allowed in the window, left, and seconds to the next one."""

    limit: int
    remaining: int
    reset_seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """As the answer tells it."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
        }


class CallerRate(SimpleRateThrottle):
    """One rate for each key, each person, and each address without either."""

    scope = "caller"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        """Whose requests are counted together."""
        known = request.user and request.user.is_authenticated
        ident = caller_of(request) if known else f"address {address_of(request._request)}"
        return self.cache_format % {"scope": self.scope, "ident": ident.replace(" ", "-")}

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Whether this one is within the rate; leaves word of where the caller stands."""
        within = super().allow_request(request, view)
        if self.rate is not None:
            left = max(self.num_requests - len(self.history), 0)
            oldest = self.history[-1] if self.history else self.now
            request._request.rate = Standing(
                self.num_requests, left, math.ceil(oldest + self.duration - self.now)
            )
        return bool(within)


def caller_of(request: Request) -> str:
    """Whose write it is: a key's or a person's."""
    return f"key {request.auth.pk}" if request.auth else f"user {request.user.pk}"
