#!/bin/sh
# Makes what docker-compose.yml needs to keep secret, once: `deploy/secrets.sh`. What is there is never replaced.
# The files are readable by whoever may enter the directory, since containers read them as users of their own; the directory is closed to others.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
chmod 700 secrets
cd secrets

# The name, and what to write.
keep() {
  [ -s "$1" ] && return 0
  printf '%s\n' "$2" >"$1.new"
  chmod 644 "$1.new"
  # Fails where the file has appeared meanwhile.
  ln "$1.new" "$1" && echo "made deploy/secrets/$1"
  rm -f "$1.new"
}
hex() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

keep jwt_secret "$(hex)"
keep stream_secret "$(hex)"
keep cluster_secret "$(hex)"
# Wraps everybody's data keys: lost, it takes all messages with it. Keep a copy somewhere else.
keep master_key "$(head -c 32 /dev/urandom | base64)"
keep postgres_password "$(hex)"
keep redis_password "$(hex)"
keep grafana_password "$(hex)"
keep s3_password "$(hex)"
# URLs with those passwords.
keep event_store_url "esdb://event-store:2113?tls=false"
keep database_url "postgres://parley:$(cat postgres_password)@postgres:5432/parley?sslmode=disable"
keep redis_url "redis://:$(cat redis_password)@redis:6379"
