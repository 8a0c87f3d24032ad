#!/bin/sh
# nginx asks where its hosts are when it starts. Where one has moved, it reads its configuration again.
# Usage: cache.sh HOST ...
set -u
folder=/run/birzha/nginx
mkdir -p "$folder/temp" "$folder/cache" "$folder/asking"

places() { for host in "$@"; do getent hosts "$host" || echo "$host is nowhere"; done; }

while known=$(places "$@"); case $known in *" is nowhere"*) true ;; *) false ;; esac; do sleep 1; done
nginx -p "$folder" -e stderr -c /etc/birzha/gateway/nginx.conf &
nginx=$!
trap 'kill -QUIT $nginx' QUIT TERM INT
while kill -0 $nginx 2>/dev/null; do
  sleep 5 &
  wait $!
  now=$(places "$@")
  case $now in *" is nowhere"*) continue ;; esac
  if [ "$now" != "$known" ] && kill -0 $nginx 2>/dev/null; then known=$now; kill -HUP $nginx; fi
done
wait $nginx
