package org.clinicmaster.cdc.connect;

import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.Properties;
import java.util.TimeZone;
import microsoft.sql.DateTimeOffset;
import org.apache.kafka.connect.data.SchemaBuilder;

/**
 * Converts datetimeoffset columns of SQL Server so that the moment that stands there is the moment that is sent.
 *
 * <p>Debezium 3.6 is wrong in two places. A moment before 1970 with a fraction of a second comes out a second late, because
 * it divides milliseconds towards zero. One before 15 October 1582 comes out on another day, because the driver counts
 * those days by the Julian calendar and Debezium by the Gregorian one, which is also SQL Server's. And the sink's driver
 * rounds the seventh digit of a second, which PostgreSQL cannot hold, upwards: the last moment of a year became the first
 * of the next. Here it is cut, as Debezium cuts that of datetime2.
 */
public final class ExactMoments implements CustomConverter<SchemaBuilder, RelationalColumn> {

    /** Debezium's own schema for moments with an offset; the sink makes {@code timestamptz} of it. */
    private static final String ZONED_TIMESTAMP = "io.debezium.time.ZonedTimestamp";
    private static final int ZONED_TIMESTAMP_VERSION = 1;
    private static final String NO_DEFAULT = "1970-01-01T00:00:00Z";
    private static final TimeZone UTC = TimeZone.getTimeZone("UTC");

    @Override
    public void configure(Properties settings) {
        // Nothing to set.
    }

    @Override
    public void converterFor(RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
        if (!"datetimeoffset".equalsIgnoreCase(column.typeName())) {
            return;
        }
        SchemaBuilder schema = SchemaBuilder.string().name(ZONED_TIMESTAMP).version(ZONED_TIMESTAMP_VERSION);
        registration.register(schema, value -> convert(column.name(), value));
    }

    /** @return ISO 8601 with the offset that stands in SQL Server, to the microsecond; null for null */
    private static String convert(String column, Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof DateTimeOffset moment) {
            return text(utcOf(moment.getTimestamp()), moment.getMinutesOffset());
        }
        if (value instanceof String) {
            // The text of a column's DEFAULT. A required column must have a value here; KeepNulls takes defaults away.
            return NO_DEFAULT;
        }
        throw new IllegalArgumentException("Column " + column + " of type datetimeoffset came as "
                + value.getClass().getName() + ", which ExactMoments does not know.");
    }

    private static String text(LocalDateTime utc, int offsetMinutes) {
        return utc.truncatedTo(ChronoUnit.MICROS)
                .atOffset(ZoneOffset.UTC)
                .withOffsetSameInstant(ZoneOffset.ofTotalSeconds(offsetMinutes * 60))
                .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
    }

    /** Year to second by the calendar that the driver counted with: Julian before 15 October 1582. */
    private static LocalDateTime utcOf(Timestamp moment) {
        Calendar calendar = new GregorianCalendar(UTC);
        calendar.setTimeInMillis(moment.getTime());
        int year = calendar.get(Calendar.ERA) == GregorianCalendar.BC ? 1 - calendar.get(Calendar.YEAR) : calendar.get(Calendar.YEAR);
        return LocalDateTime.of(
                year,
                calendar.get(Calendar.MONTH) + 1,
                calendar.get(Calendar.DAY_OF_MONTH),
                calendar.get(Calendar.HOUR_OF_DAY),
                calendar.get(Calendar.MINUTE),
                calendar.get(Calendar.SECOND),
                moment.getNanos());
    }
}
