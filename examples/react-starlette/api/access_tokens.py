"""Checks Vigile's access tokens (RFC 9068) by the keys that it publishes. Works in any thread, for any framework."""
import json
import threading
import time
import urllib.request

import jwt

ALGORITHMS = ("EdDSA", "ES256")
KEYS_LIVE = 300  # seconds, as Vigile's Cache-Control says: a new key is published for 600 before it signs
PAUSE = 5  # seconds: made-up key ids, or an outage, make nobody ask for the keys more often
LEEWAY = 5  # seconds that two machines' clocks may differ


class InvalidToken(Exception):
    """Answer 401: whoever sent it gets a new one, and asks again."""


class KeysUnavailable(Exception):
    """Answer 503: it could not be checked. A 401 would say that somebody is signed out."""


class AccessTokens:
    """
    Example:
        tokens = AccessTokens("https://hours.example.com", "https://hours.example.com/.well-known/jwks.json")
        user_id = tokens.verify(token)["sub"]
    """

    def __init__(self, issuer, keys_url, audience=None):
        self._issuer, self._audience = issuer, audience or issuer
        self._keys_url = keys_url
        self._keys = {}
        self._live_until = self._next_fetch = time.monotonic()
        self._trouble = None
        self._lock = threading.Lock()

    def verify(self, token):
        """The claims: `sub` is the user, `sid` the session. Raises InvalidToken or KeysUnavailable."""
        if len(token) > 2048:
            raise InvalidToken("too long")
        try:
            header = jwt.get_unverified_header(token)
            # An ID token is signed by the same keys. It says who signed in, and allows nothing (RFC 8725 section 3.11).
            if header.get("typ") != "at+jwt":
                raise InvalidToken("not an access token")
            # The key fixes the algorithm, never the token (RFC 8725 section 3.1).
            key, algorithm = self._key(header.get("kid"))
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "sid"]},
            )
        except (jwt.PyJWTError, RecursionError, TypeError, ValueError) as error:
            raise InvalidToken(str(error)) from error
        if "cnf" in claims:
            raise InvalidToken("bound to a key (RFC 9449): worth nothing without a proof of it")
        return claims

    def _key(self, key_id):
        key = self._keys.get(key_id)
        return key if key and time.monotonic() < self._live_until else self._look_up(key_id)

    def _look_up(self, key_id):
        # One of many that wait fetches for all.
        with self._lock:
            if time.monotonic() >= self._next_fetch:
                self._fetch()
            key = self._keys.get(key_id)
            if time.monotonic() >= self._live_until or (self._trouble and not key):
                raise KeysUnavailable("Vigile's keys could not be fetched") from self._trouble
            if not key:
                raise InvalidToken("signed by a key that is not published")
            return key

    def _fetch(self):
        self._next_fetch = time.monotonic() + PAUSE
        try:
            with urllib.request.urlopen(self._keys_url, timeout=5) as answer:
                published = json.loads(answer.read(65_536))["keys"]
            self._keys = {key["kid"]: (jwt.PyJWK(key).key, key["alg"]) for key in published if key.get("alg") in ALGORITHMS}
        except (OSError, ValueError, KeyError, TypeError, jwt.PyJWTError) as trouble:
            self._trouble = trouble
            return
        self._live_until = time.monotonic() + KEYS_LIVE
        self._trouble = None
