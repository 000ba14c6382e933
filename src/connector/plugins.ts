/** Classes that a facility's worker must have, and the version of Debezium that connect/pom.xml pins (a test compares). */
export const CONNECTOR_CLASS = 'io.debezium.connector.sqlserver.SqlServerConnector';
export const CONNECTOR_VERSION = '3.6.1.Final';
/** Keeps NULL as NULL (connect/src). */
export const OUR_TRANSFORM = 'org.clinicmaster.cdc.connect.KeepNulls';
