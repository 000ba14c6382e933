#!/bin/sh
# Formats the data volume once, then runs the broker as process 1, so that `docker stop` reaches it.
set -eu
config=/etc/kafka/server.properties
data=/var/lib/kafka/data
run() { java -Dlog4j2.configurationFile=/opt/kafka/log4j2.properties -cp '/opt/kafka/libs/*' "$@"; }

if [ ! -e "$data/meta.properties" ]; then
  run kafka.tools.StorageTool format --config "$config" --cluster-id "$CLUSTER_ID" --standalone
fi
exec java $KAFKA_HEAP_OPTS -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError \
  -Dlog4j2.configurationFile=/opt/kafka/log4j2.properties -cp '/opt/kafka/libs/*' kafka.Kafka "$config"
