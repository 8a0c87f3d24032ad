"""The maps of nginx.conf: from what a request or an answer says to what is done with it."""

from __future__ import annotations

from gateway.config.nginx.lifetime import MAX_WAIT_S, cache_lifetime
from gateway.config.source import Cache

#: Every page is in one of these; the first is for everybody who asks for neither.
LANGUAGES = ("en", "ru")
#: What a page may differ by: the key of a page distinguishes them, and cookies never come here.
KNOWN_VARY = "accept|accept-language|accept-encoding|cookie"


def request_maps() -> str:
    """Many ways to ask for the same page become one; where that isn't certain, no page is cached.

    The languages as Django's LocaleMiddleware decides them.
    """
    default, other = LANGUAGES
    return f"""
  # Who says who they are gets no page that was cached for everybody, and leaves none.
  map "$http_authorization$http_cookie" $personal {{ "" ""; default 1; }}

  map $http_accept $form {{
    default unknown;
    "" json; "*/*" json; "~*^application/json\\s*(,|$)" json;
  }}
  map $form $formless {{ default ""; unknown 1; }}
  map $form $accept {{ default $http_accept; json application/json; }}

  map $http_accept_language $language {{
    default unknown;
    "" {default};
    "~*^{other}(-[a-z]+)?\\s*(,|$)" {other};
    "~*^{default}(-[a-z]+)?\\s*(,|$)" {default};
    "~*^(?!.*{other})" {default};
  }}
  map $language $speechless {{ default ""; unknown 1; }}
  map $language $accept_language {{ default $language; unknown $http_accept_language; }}

  # Kept compressed for whoever takes it so; otherwise plain, and Envoy compresses.
  map $http_accept_encoding $encoding {{ default ""; "~*(^|,)\\s*gzip\\s*(,|$)" gzip; }}
"""


def answer_maps(cache: Cache) -> str:
    """What is cached of an answer and for how long, and what its headers say when it is shown."""
    longest = int(cache.seconds)
    known = "".join(f"    {seconds} {seconds};\n" for seconds in range(longest))
    lifetimes = ""
    for seconds in range(longest + 1):
        for waited in range(MAX_WAIT_S + 1):
            if lifetime := cache_lifetime(seconds, waited):
                lifetimes += f'    "{seconds} {waited}" "s-maxage={lifetime[0]}, '
                lifetimes += f'stale-while-revalidate={lifetime[1]}";\n'
    return f"""
  # What a service says about a page → how many seconds it may become old.
  map $upstream_http_cache_control $allowed {{
    default 0;
    "~*no-store|no-cache|private|must-revalidate|proxy-revalidate" 0;
    "~*(?:^|[\\s,])s-maxage=0*(?<s_maxage>\\d+)" $s_maxage;
    "~*(?:^|[\\s,])max-age=0*(?<max_age>\\d+)" $max_age;
  }}
  map $allowed $seconds {{
    default {longest};
    "" 0;
{known}  }}
  map $upstream_header_time $waited {{ default {MAX_WAIT_S + 1}; "~(?<whole>\\d+)\\.\\d+$" $whole; }}
  map "$seconds $waited" $lifetime {{
    default "";
{lifetimes}  }}
  map $upstream_http_vary $strange {{
    default 1;
    "" ""; "~*^\\s*({KNOWN_VARY})(\\s*,\\s*({KNOWN_VARY}))*\\s*$" "";
  }}
  # Status, a Vary that no key knows, a cookie, then the lifetime: all in order, or not cached.
  map "$upstream_status $strange$upstream_http_set_cookie $lifetime" $cache_header {{
    default no-store;
    "~^200  (?<fresh>s-maxage=.+)$" $fresh;
  }}
  map "$upstream_status $strange$upstream_http_set_cookie $lifetime" $cache_header_stale {{
    default no-store;
    "~^200  (?<fresh_stale>s-maxage=.+)$" "$fresh_stale, stale-if-error={cache.stale:g}";
  }}

  map $cache_header $not_cached {{ default ""; no-store 1; }}
  map $msec $second {{ "~^(?<second_of>\\d+)" $second_of; }}

  map $upstream_cache_status $x_cache {{
    default BYPASS;
    MISS MISS; EXPIRED MISS;
    HIT HIT; UPDATING HIT;
    STALE STALE;
  }}
  map $x_cache $cache_control {{ default $upstream_http_x_birzha_cache_control; STALE no-store; }}
  map $x_cache $warning {{ default ""; STALE '110 - "Response is Stale"'; }}
  # Also of an answer that another request had just got: the origin says how old it is.
  map $x_cache $shown_age {{ default $upstream_http_x_birzha_age; BYPASS ""; HIT $age; STALE $age; }}
"""
