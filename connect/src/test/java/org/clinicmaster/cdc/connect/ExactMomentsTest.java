package org.clinicmaster.cdc.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.debezium.spi.converter.CustomConverter.Converter;
import io.debezium.spi.converter.CustomConverter.ConverterRegistration;
import io.debezium.spi.converter.RelationalColumn;
import java.lang.reflect.Proxy;
import java.sql.Timestamp;
import java.util.GregorianCalendar;
import java.util.TimeZone;
import microsoft.sql.DateTimeOffset;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.junit.jupiter.api.Test;

class ExactMomentsTest {
    private Schema schema;
    private Converter converter;

    private boolean registers(String type) {
        RelationalColumn column = (RelationalColumn) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {RelationalColumn.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "typeName" -> type;
                    case "name" -> "LastSeen";
                    default -> throw new AssertionError(method.getName());
                });
        ConverterRegistration<SchemaBuilder> registration = (builder, found) -> {
            schema = builder.build();
            converter = found;
        };
        new ExactMoments().converterFor(column, registration);
        return converter != null;
    }

    private Object convert(Object value) {
        assertTrue(registers("datetimeoffset"));
        return converter.convert(value);
    }

    /** As the driver hands it over: milliseconds by the calendar that is Julian before October 1582. */
    private static DateTimeOffset driver(int year, int month, int day, int hour, int minute, int second, int nanos, int offset) {
        GregorianCalendar utc = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
        utc.clear();
        utc.set(year, month - 1, day, hour, minute, second);
        Timestamp timestamp = new Timestamp(utc.getTimeInMillis());
        timestamp.setNanos(nanos);
        return DateTimeOffset.valueOf(timestamp, offset);
    }

    @Test
    void takesTheTypeItIsForAndNoOther() {
        assertTrue(!registers("datetime2"));
        assertTrue(registers("datetimeoffset"));
        assertEquals("io.debezium.time.ZonedTimestamp", schema.name());
        assertEquals(1, schema.version());
    }

    @Test
    void aFractionBefore1970StaysInItsSecond() {
        assertEquals("1969-12-31T23:59:59.999999Z", convert(driver(1969, 12, 31, 23, 59, 59, 999_999_900, 0)));
        assertEquals("1969-12-31T23:59:58.5Z", convert(driver(1969, 12, 31, 23, 59, 58, 500_000_000, 0)));
        assertEquals("1969-12-31T23:59:59Z", convert(driver(1969, 12, 31, 23, 59, 59, 0, 0)));
    }

    @Test
    void aDayBeforeTheGregorianCalendarStaysThatDay() {
        assertEquals("0001-01-01T00:00:00Z", convert(driver(1, 1, 1, 0, 0, 0, 0, 0)));
        assertEquals("0001-01-01T14:00:00+14:00", convert(driver(1, 1, 1, 0, 0, 0, 0, 14 * 60)));
        assertEquals("1582-10-04T12:00:00+03:00", convert(driver(1582, 10, 4, 9, 0, 0, 0, 180)));
        assertEquals("1582-10-15T12:00:00+03:00", convert(driver(1582, 10, 15, 9, 0, 0, 0, 180)));
    }

    @Test
    void theSeventhDigitIsCutNeverRounded() {
        assertEquals("9999-12-31T09:59:59.999999-14:00", convert(driver(9999, 12, 31, 23, 59, 59, 999_999_900, -14 * 60)));
        assertEquals("2024-02-29T12:34:56.123456+03:00", convert(driver(2024, 2, 29, 9, 34, 56, 123_456_700, 180)));
    }

    @Test
    void nullStaysNullAndAStrangerIsNamed() {
        assertNull(convert(null));
        assertEquals("1970-01-01T00:00:00Z", convert("('2019-01-01 00:00:00.1234567+02:00')"), "the text of a DEFAULT");
        String message = assertThrows(IllegalArgumentException.class, () -> convert(7L)).getMessage();
        assertTrue(message.contains("LastSeen") && message.contains("java.lang.Long"), message);
    }
}
