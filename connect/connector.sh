# Sourced by the entrypoint: creates this container's own connector when the worker does not know it yet, and starts
# the sink again when it has failed. busybox wget cannot PUT, so requests go over nc, in HTTP/1.0.

REST_HOST=127.0.0.1
REST_PORT_INSIDE=8083
TEMPLATE=/opt/connect/connector.json
# Debezium tries to log in to the database while it validates: 30 s when nobody answers.
REQUEST_TIMEOUT_S=90
RETRY_S=10
RETRY_MAX_S=60
# SQL Server may lock a login after a few refused ones: then whoever else uses it is shut out as well.
LOGIN_REFUSED_S=900
SINK_WATCH_S=30
SINK_WATCH_MAX_S=300

# request METHOD PATH [BODY_FILE]: sets status (empty when nobody answers) and writes the body to /tmp/cdc/answer.
request() {
  body=${3:-/dev/null}
  length=$(wc -c <"$body")
  {
    printf '%s %s HTTP/1.0\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n' \
      "$1" "$2" "$REST_HOST" "$length"
    cat "$body"
  } | nc -w "$REQUEST_TIMEOUT_S" "$REST_HOST" "$REST_PORT_INSIDE" >/tmp/cdc/response 2>/dev/null || true
  status=$(sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p' /tmp/cdc/response)
  sed '1,/^\r*$/d' /tmp/cdc/response >/tmp/cdc/answer
}

wait_until_healthy() {
  until request GET /health && [ "$status" = 200 ]; do sleep 1; done
}

connector_class() { sed -n 's/.*"connector.class": *"\([^"]*\)".*/\1/p' "$TEMPLATE"; }

# reasons: one line for each setting that validation refused, "name: reason".
reasons() {
  sed 's/"value":{"name":/\n/g' /tmp/cdc/answer |
    sed -n 's/^"\([^"]*\)".*"errors":\[\("[^]].*\)\],"visible".*/\1: \2/p' | sed 's/\\n/ /g; s/\\"/"/g'
}

# The name holds only characters that JSON takes as they are; everything else is the template, untouched.
write_bodies() {
  { printf '{"name":"%s",' "$CONNECTOR"; sed '1s/^{//' "$TEMPLATE"; } >/tmp/cdc/validate.json
  { printf '{"name":"%s","config":' "$CONNECTOR"; cat "$TEMPLATE"; printf '}'; } >/tmp/cdc/create.json
}

# Validation first: creating a connector with a wrong setting answers only with an internal error.
create_connector() {
  request PUT "/connector-plugins/$(connector_class)/config/validate" /tmp/cdc/validate.json
  if [ "$status" != 200 ]; then
    log WARN "Connector $CONNECTOR could not be validated (HTTP ${status:-no answer}): $(head -c 500 /tmp/cdc/answer)"
    return 1
  fi
  refused=$(reasons)
  if [ -n "$refused" ]; then
    log ERROR "Connector $CONNECTOR not created, because Debezium refuses its settings:
$refused"
    case $refused in *'Login failed'*) wait_s=$LOGIN_REFUSED_S ;; esac
    return 1
  fi
  request POST /connectors /tmp/cdc/create.json
  case $status in
    201) log INFO "Connector $CONNECTOR created." ;;
    *)
      log WARN "Connector $CONNECTOR not created (HTTP ${status:-no answer}): $(head -c 500 /tmp/cdc/answer)"
      return 1
      ;;
  esac
}

create_connector_if_absent() {
  wait_s=$RETRY_S
  while :; do
    request GET "/connectors/$CONNECTOR"
    case $status in
      200)
        log INFO "Connector $CONNECTOR exists; left as it is."
        return
        ;;
      404) create_connector && return ;;
    esac
    log INFO "Trying again in $wait_s s."
    sleep "$wait_s"
    wait_s=$(next_wait "$wait_s" "$RETRY_MAX_S")
  done
}

# next_wait SECONDS LIMIT: twice as long, up to a limit.
next_wait() { echo $(($1 * 2 > $2 ? $2 : $1 * 2)); }

# Connect leaves a failed task dead. The sink's fails when PostgreSQL is not there at its start (after a power cut, say),
# and all facilities wait for it. A source is never restarted from here: that could copy a hospital's tables again and
# again; Debezium itself retries what SQL Server answers with.
restart_failed_sink() {
  wait_s=$SINK_WATCH_S
  while :; do
    sleep "$wait_s"
    request GET "/connectors/$CONNECTOR/status"
    if grep -q '"state":"FAILED"' /tmp/cdc/answer; then
      log WARN "Connector $CONNECTOR has failed and is started again; its reason stands above."
      request POST "/connectors/$CONNECTOR/restart?includeTasks=true&onlyFailed=true"
      wait_s=$(next_wait "$wait_s" "$SINK_WATCH_MAX_S")
    else
      wait_s=$SINK_WATCH_S
    fi
  done
}

look_after_connector() {
  write_bodies
  wait_until_healthy
  create_connector_if_absent
  [ "$CDC_ROLE" = facility ] || restart_failed_sink
}
