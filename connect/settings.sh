# Sourced by the entrypoint: the settings that come in as environment variables.
# An unresolved or empty ${env:X} is no error for Kafka Connect: the literal text lands in the data of the warehouse.
# So everything is checked here, all at once, before anything starts.

CA_DIR=/etc/clinicmaster-cdc/ca
SYSTEM_CAS=/etc/ssl/certs/ca-certificates.crt

log() { printf '%s %-5s entrypoint: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%S.000Z)" "$1" "$2"; }

problems=''
problem() { problems="$problems
  $1"; }

value_of() { eval "printf '%s' \"\${$1-}\""; }

# require NAME WHAT: set, and without a character that no setting can hold.
require() {
  if [ -z "$(value_of "$1")" ]; then
    problem "$1 is empty. Needed: $2."
  elif value_of "$1" | grep -q '[[:cntrl:]]' || [ "$(value_of "$1" | wc -l)" -gt 0 ]; then
    problem "$1 holds a line break or another control character. Save the .env file with Unix line ends (LF)."
  fi
}

# one_of NAME CHOICE...
one_of() {
  name=$1
  shift
  for choice; do [ "$(value_of "$name")" = "$choice" ] && return; done
  problem "$name is \"$(value_of "$name")\". Needed: one of $*."
}

# matches NAME EXTENDED_REGEX WHAT
matches() {
  [ -z "$(value_of "$1")" ] || value_of "$1" | grep -Eq "^($2)\$" || problem "$1 is \"$(value_of "$1")\". Needed: $3."
}

# Every NAME_B64 gives NAME where NAME itself is empty: for values that no spelling carries through every .env reader.
decode_twins() {
  for name in $(env | sed -n 's/^\([A-Z0-9_]*\)_B64=..*/\1/p'); do
    if [ -n "$(value_of "$name")" ]; then
      continue
    elif decoded=$(value_of "${name}_B64" | base64 -d 2>/dev/null); then
      export "$name=$decoded"
    else
      problem "${name}_B64 is not base64. Make it with: printf '%s' 'the value' | base64"
    fi
    unset "${name}_B64" decoded
  done
}

check_port() {
  matches "$1" '[0-9]{1,5}' 'a port number'
}

check_kafka() {
  : "${KAFKA_SECURITY_PROTOCOL:=SASL_SSL}" "${KAFKA_SASL_MECHANISM:=SCRAM-SHA-256}"
  require KAFKA_BOOTSTRAP_SERVERS 'the brokers as host:port,host:port; the central team knows them'
  matches KAFKA_BOOTSTRAP_SERVERS '[^[:space:]/,:]+:[0-9]{1,5}(,[^[:space:]/,:]+:[0-9]{1,5})*' 'host:port,host:port without spaces and without a scheme'
  one_of KAFKA_SECURITY_PROTOCOL SASL_SSL SASL_PLAINTEXT SSL PLAINTEXT
  one_of KAFKA_SASL_MECHANISM SCRAM-SHA-256 SCRAM-SHA-512 PLAIN
  case $KAFKA_SECURITY_PROTOCOL in
    SASL_*)
      require KAFKA_USER 'the Kafka user of this site; the central team makes it'
      require KAFKA_PASS "the Kafka user's password (or KAFKA_PASS_B64)"
      ;;
  esac
}

check_facility() {
  : "${FACILITY_ID:=${FACILITY_DHIS2_CODE-}}" "${DB_PORT:=1433}" "${DB_NAME:=ClinicMasterMOH}"
  : "${DB_ENCRYPT:=true}" "${DB_TRUST_SERVER_CERTIFICATE:=false}"
  : "${SNAPSHOT_MODE:=when_needed}" "${SNAPSHOT_ISOLATION_MODE:=snapshot}"
  : "${TABLE_INCLUDE_LIST:=dbo\\..*}" "${MESSAGE_KEY_COLUMNS:=none:none}" "${COLUMN_EXCLUDE_LIST:=none}"
  : "${HEARTBEAT_INTERVAL_MS:=30000}"
  require FACILITY_NAME "the facility's name, as reports shall show it"
  require FACILITY_DHIS2_CODE "the facility's code in DHIS2"
  matches FACILITY_ID '[A-Za-z0-9][A-Za-z0-9-]{0,49}' 'letters, digits and hyphens, at most 50. Set FACILITY_ID where the DHIS2 code has other characters'
  [ "$FACILITY_ID" != central ] || problem 'FACILITY_ID is "central". That name belongs to the central site.'
  require DB_HOST 'the SQL Server'
  check_port DB_PORT
  require DB_USER 'the SQL Server login'
  require DB_PASS "the SQL Server login's password (or DB_PASS_B64)"
  require DB_NAME 'the database'
  matches DB_NAME '[^,]+' 'one database name without a comma'
  one_of DB_ENCRYPT true false
  one_of DB_TRUST_SERVER_CERTIFICATE true false
  one_of SNAPSHOT_ISOLATION_MODE snapshot read_committed
  require SNAPSHOT_MODE 'a snapshot mode of Debezium'
  [ "${FIRST_COPY_WINDOW-}" != at-once ] || FIRST_COPY_WINDOW=''
  matches FIRST_COPY_WINDOW '([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]([+-](0[0-9]|1[0-4]):[0-5][0-9])?' \
    'hours as in 22:00-05:00, East Africa Time, or 22:00-05:00+02:00'
  # The first copy then comes beside the stream, in chunks, because one that goes before it cannot be interrupted.
  case ${FIRST_COPY_WINDOW:+$SNAPSHOT_MODE} in when_needed | initial) SNAPSHOT_MODE=no_data ;; esac
  require TABLE_INCLUDE_LIST 'regular expressions of table names'
  require MESSAGE_KEY_COLUMNS 'table:column entries'
  require COLUMN_EXCLUDE_LIST 'regular expressions of column names'
  matches HEARTBEAT_INTERVAL_MS '[0-9]+' 'milliseconds'
  export FACILITY_NAME FACILITY_DHIS2_CODE DB_HOST DB_PORT DB_USER DB_PASS DB_NAME DB_ENCRYPT
  export DB_TRUST_SERVER_CERTIFICATE SNAPSHOT_MODE SNAPSHOT_ISOLATION_MODE TABLE_INCLUDE_LIST MESSAGE_KEY_COLUMNS
  export COLUMN_EXCLUDE_LIST HEARTBEAT_INTERVAL_MS
}

check_central() {
  : "${WAREHOUSE_PORT:=5432}" "${WAREHOUSE_SSLMODE:=prefer}" "${DLQ_REPLICATION_FACTOR:=-1}"
  require WAREHOUSE_HOST 'the PostgreSQL server'
  # These become part of a JDBC address, where other characters would mean something else.
  matches WAREHOUSE_HOST '[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]' 'a host name or an address'
  check_port WAREHOUSE_PORT
  require WAREHOUSE_DB 'the PostgreSQL database'
  matches WAREHOUSE_DB '[A-Za-z0-9._-]+' 'a database name of letters, digits, dots, hyphens and underscores'
  require WAREHOUSE_USER 'the PostgreSQL user'
  require WAREHOUSE_PASS "the PostgreSQL user's password (or WAREHOUSE_PASS_B64)"
  one_of WAREHOUSE_SSLMODE disable allow prefer require verify-ca verify-full
  matches DLQ_REPLICATION_FACTOR '-1|[1-9]' "a number of copies, or -1 for the brokers' default"
  export WAREHOUSE_HOST WAREHOUSE_PORT WAREHOUSE_DB WAREHOUSE_USER WAREHOUSE_PASS WAREHOUSE_SSLMODE
  export DLQ_REPLICATION_FACTOR
}

check_certificate() {
  [ -e "$CA_DIR/$1" ] || return 0
  if [ ! -r "$CA_DIR/$1" ]; then
    problem "ca/$1 may not be read by the container's user (uid $(id -u)). Run: chmod a+rx ca && chmod a+r ca/$1"
  elif ! grep -q 'BEGIN CERTIFICATE' "$CA_DIR/$1"; then
    problem "ca/$1 holds no certificate in PEM form (no BEGIN CERTIFICATE line)."
  fi
}

check_settings() {
  decode_twins
  check_kafka
  case $CDC_ROLE in
    facility) check_facility ;;
    central) check_central ;;
  esac
  for file in kafka-ca.pem sqlserver-ca.pem warehouse-ca.pem; do check_certificate "$file"; done
  if [ -n "$problems" ]; then
    log ERROR "Not started, because settings are missing or wrong:$problems
Correct them in the .env file beside docker-compose.$CDC_ROLE.yml, then run there: docker compose up -d"
    exit 2
  fi
}

# A JAAS line quotes the password, so quotes and backslashes in it are escaped.
jaas_quoted() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"; }

export_derived() {
  : "${HEAP_OPTS:=$DEFAULT_HEAP_OPTS}"
  case $KAFKA_SASL_MECHANISM in
    PLAIN) module=org.apache.kafka.common.security.plain.PlainLoginModule ;;
    *) module=org.apache.kafka.common.security.scram.ScramLoginModule ;;
  esac
  KAFKA_JAAS_CONFIG="$module required username=$(jaas_quoted "${KAFKA_USER-}") password=$(jaas_quoted "${KAFKA_PASS-}");"
  CDC_ID=${FACILITY_ID-}
  CONNECTOR=cdc-$CDC_ID
  if [ "$CDC_ROLE" = central ]; then
    CDC_ID=central
    CONNECTOR=cdc-sink
  fi
  export KAFKA_BOOTSTRAP_SERVERS KAFKA_SECURITY_PROTOCOL KAFKA_SASL_MECHANISM KAFKA_JAAS_CONFIG CDC_ID
  unset KAFKA_USER KAFKA_PASS
}

ca_or_system() {
  if [ -e "$CA_DIR/$1" ]; then printf '%s' "$CA_DIR/$1"; else printf '%s' "$SYSTEM_CAS"; fi
}

# Kafka and PostgreSQL clients read PEM. The SQL Server driver reads key stores only.
prepare_truststores() {
  KAFKA_TRUSTSTORE=$(ca_or_system kafka-ca.pem)
  WAREHOUSE_ROOT_CERT=$(ca_or_system warehouse-ca.pem)
  DB_TRUSTSTORE=/opt/java/lib/security/cacerts
  if [ "$CDC_ROLE" = facility ] && [ -e "$CA_DIR/sqlserver-ca.pem" ]; then
    DB_TRUSTSTORE=/tmp/cdc/sqlserver-ca.p12
    awk '/BEGIN CERTIFICATE/ { n++ } n { print > ("/tmp/cdc/sqlserver-ca." n ".pem") }' "$CA_DIR/sqlserver-ca.pem"
    for certificate in /tmp/cdc/sqlserver-ca.*.pem; do
      # The store holds public certificates only; its password protects nothing and is Java's customary one.
      /opt/java/bin/keytool -importcert -noprompt -trustcacerts -alias "$certificate" -file "$certificate" \
        -keystore "$DB_TRUSTSTORE" -storetype PKCS12 -storepass changeit 2>/tmp/cdc/keytool.log || {
        log ERROR "Not started: ca/sqlserver-ca.pem is no valid certificate: $(cat /tmp/cdc/keytool.log)"
        exit 2
      }
    done
  fi
  export KAFKA_TRUSTSTORE WAREHOUSE_ROOT_CERT DB_TRUSTSTORE
}
