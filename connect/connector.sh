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

# The first copy runs beside the stream and knows no hours. It is named in the position that Connect stores, as a copy that
# ends in -first; Debezium takes pause and resume from a file. It forgets a pause when its task starts again, so a pause is
# said again and again; a person may pause it within its hours, so going on is said once.
SIGNALS=/tmp/cdc/signals
WINDOW_WATCH_S=20
PAUSE_AGAIN=15

# minutes HH:MM: after midnight. The digit in front keeps 08 from being octal.
minutes() {
  hour=1${1%%:*}
  minute=1${1##*:}
  echo $(((hour - 100) * 60 + minute - 100))
}

in_window() {
  hours=$FIRST_COPY_WINDOW
  zone=+03:00
  case $hours in
    ??:??-??:??[+-]??:??)
      zone=${hours#???????????}
      hours=${hours%??????}
      ;;
  esac
  ahead=$(minutes "${zone#?}")
  case $zone in -*) ahead=-$ahead ;; esac
  now=$((($(minutes "$(date -u +%H:%M)") + ahead + 1440) % 1440))
  from=$(minutes "${hours%-*}")
  to=$(minutes "${hours#*-}")
  if [ "$from" -lt "$to" ]; then
    [ "$now" -ge "$from" ] && [ "$now" -lt "$to" ]
  else
    [ "$now" -ge "$from" ] || [ "$now" -lt "$to" ]
  fi
}

# signal TYPE: only into an empty file, since Debezium empties it after it has read it. Fails while it has not.
signal() {
  [ ! -s "$SIGNALS" ] || return 1
  printf '{"id":"first-copy-window","type":"%s-snapshot","data":{"type":"incremental"}}\n' "$1" >>"$SIGNALS"
}

# Debezium goes on with a copy as soon as its task starts: outside of the hours the pause lies there before.
pause_before_start() { in_window || signal pause; }

keep_first_copy_in_window() {
  said=''
  again=0
  other=''
  in_window || other=paused
  while :; do
    request GET "/connectors/$CONNECTOR/offsets"
    if grep -q '"incremental_snapshot_correlation_id":"[^"]*-first"' /tmp/cdc/answer; then
      other=''
      if in_window; then wish=resume; else wish=pause; fi
      if [ "$wish" = pause ] && [ "$again" -ge "$PAUSE_AGAIN" ]; then said=''; fi
      if [ "$wish" != "$said" ] && signal "$wish"; then
        [ "$again" -ge "$PAUSE_AGAIN" ] || log INFO "First copy, hours $FIRST_COPY_WINDOW: $wish."
        said=$wish
        again=0
      fi
      again=$((again + 1))
    elif [ "$other" = paused ] && grep -q '"incremental_snapshot_correlation_id"' /tmp/cdc/answer; then
      # A table that somebody has named has no hours.
      if signal resume; then other=''; fi
    fi
    sleep "$WINDOW_WATCH_S"
  done
}

look_after_connector() {
  write_bodies
  wait_until_healthy
  create_connector_if_absent
  if [ "$CDC_ROLE" = central ]; then restart_failed_sink; fi
  if [ -n "${FIRST_COPY_WINDOW-}" ]; then keep_first_copy_in_window; fi
}
