#!/bin/sh
# Creates a SCRAM user or changes its password: `set-password.sh USER`, password on standard input, escaped as a
# properties file wants it.
# The password goes through a private file, never through the process list.
set -eu
umask 077
file=$(mktemp)
trap 'rm -f "$file"' EXIT
IFS= read -r password
printf 'SCRAM-SHA-256=iterations=4096,password=%s\n' "$password" > "$file"
java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '/opt/kafka/libs/*' kafka.admin.ConfigCommand \
  --bootstrap-server 127.0.0.1:9092 --command-config /etc/kafka/broker-client.properties \
  --alter --entity-type users --entity-name "$1" --add-config-file "$file"
