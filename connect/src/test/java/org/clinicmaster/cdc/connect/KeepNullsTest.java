package org.clinicmaster.cdc.connect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

class KeepNullsTest {
    private static final String TOPIC = "clinicmasterwarehouse-sqlserver.ClinicMasterMOH.dbo.Visits";
    private static final Schema KEY = SchemaBuilder.struct().field("VisitNo", Schema.INT32_SCHEMA).build();

    private static final Schema ROW = SchemaBuilder.struct()
            .name("clinicmasterwarehouse-sqlserver.ClinicMasterMOH.dbo.Visits.Value")
            .version(3)
            .field("VisitNo", Schema.INT32_SCHEMA)
            .field("Attempts", SchemaBuilder.int32().defaultValue(42).optional().build())
            .field("VisitDate", SchemaBuilder.int32().name("io.debezium.time.Date").version(1).defaultValue(17930).build())
            .field("Fee", Decimal.builder(4).parameter("connect.decimal.precision", "19").defaultValue(new BigDecimal("0.0000")).build())
            .field("Note", SchemaBuilder.string().doc("free text").optional().build())
            .field("Photo", SchemaBuilder.bytes().optional().build())
            .build();

    private final KeepNulls<SourceRecord> transform = new KeepNulls<>();

    private SourceRecord apply(Schema schema, Object value) {
        return transform.apply(new SourceRecord(Map.of(), Map.of(), TOPIC, 0, KEY, new Struct(KEY).put("VisitNo", 1), schema, value));
    }

    private static Struct row() {
        return new Struct(ROW).put("VisitNo", 1).put("VisitDate", 19_000).put("Fee", new BigDecimal("12.5000"));
    }

    @Test
    void nullInAColumnWithADefaultStaysNull() {
        assertEquals(42, row().get("Attempts"), "the fixture shows the fault: Struct.get fills in the default");

        Struct result = (Struct) apply(ROW, row()).value();

        assertNull(result.get("Attempts"));
        assertEquals(19_000, result.get("VisitDate"));
        assertEquals(new BigDecimal("12.5000"), result.get("Fee"));
    }

    @Test
    void debeziumsPlaceholderIsNullAgain() {
        byte[] bytes = "__debezium_unavailable_value".getBytes(StandardCharsets.UTF_8);

        Struct text = (Struct) apply(ROW, row().put("Note", "__debezium_unavailable_value").put("Photo", bytes)).value();
        assertNull(text.get("Note"));
        assertNull(text.get("Photo"));

        Struct buffer = (Struct) apply(ROW, row().put("Photo", ByteBuffer.wrap(bytes))).value();
        assertNull(buffer.get("Photo"));
    }

    @Test
    void whatOnlyLooksLikeThePlaceholderIsKept() {
        Struct result = (Struct) apply(ROW, row().put("Note", "__debezium_unavailable_value ").put("Photo", new byte[] {95})).value();
        assertEquals("__debezium_unavailable_value ", result.get("Note"));
        assertArrayEquals(new byte[] {95}, (byte[]) result.get("Photo"));
    }

    @Test
    void anotherPlaceholderCanBeNamed() {
        transform.configure(Map.of("unavailable.value.placeholder", "n/a?"));
        assertNull(((Struct) apply(ROW, row().put("Note", "n/a?")).value()).get("Note"));
        assertEquals("__debezium_unavailable_value",
                ((Struct) apply(ROW, row().put("Note", "__debezium_unavailable_value")).value()).get("Note"));
    }

    @Test
    void noFieldIsRequiredOrHasADefault() {
        for (Field field : apply(ROW, row()).valueSchema().fields()) {
            assertTrue(field.schema().isOptional(), field.name());
            assertNull(field.schema().defaultValue(), field.name());
        }
    }

    @Test
    void everythingElseAboutTheSchemaIsKept() {
        Schema result = apply(ROW, row()).valueSchema();

        assertEquals(ROW.name(), result.name());
        assertEquals(ROW.version(), result.version());
        assertFalse(result.isOptional());
        assertEquals(ROW.fields().stream().map(Field::name).toList(), result.fields().stream().map(Field::name).toList());
        for (Field field : ROW.fields()) {
            Schema relaxed = result.field(field.name()).schema();
            assertEquals(field.schema().type(), relaxed.type(), field.name());
            assertEquals(field.schema().name(), relaxed.name(), field.name());
            assertEquals(field.schema().version(), relaxed.version(), field.name());
            assertEquals(field.schema().parameters(), relaxed.parameters(), field.name());
            assertEquals(field.schema().doc(), relaxed.doc(), field.name());
        }
    }

    @Test
    void theKeyIsNotTouched() {
        SourceRecord result = apply(ROW, row());

        assertSame(KEY, result.keySchema());
        assertEquals(1, ((Struct) result.key()).get("VisitNo"));
    }

    @Test
    void aTombstonePasses() {
        SourceRecord tombstone = apply(null, null);

        assertNull(tombstone.value());
        assertNull(tombstone.valueSchema());
    }

    @Test
    void aDeleteThatKeepsItsSchemaPasses() {
        assertNull(apply(ROW, null).value());
    }

    @Test
    void rowsOfOneTableShareOneSchema() {
        assertSame(apply(ROW, row()).valueSchema(), apply(ROW, row()).valueSchema());
    }

    @Test
    void anAlteredTableGetsItsOwnSchema() {
        apply(ROW, row());
        Schema altered = SchemaBuilder.struct().name(ROW.name()).field("VisitNo", Schema.INT32_SCHEMA).field("Ward", Schema.STRING_SCHEMA).build();

        Struct result = (Struct) apply(altered, new Struct(altered).put("VisitNo", 1).put("Ward", "Maternity")).value();

        assertEquals("Maternity", result.get("Ward"));
    }

    @Test
    void nestedValuesAreCarriedOver() {
        Schema point = SchemaBuilder.struct().name("io.debezium.data.geometry.Point").field("x", Schema.FLOAT64_SCHEMA).build();
        Schema schema = SchemaBuilder.struct()
                .field("Place", point)
                .field("Tags", SchemaBuilder.array(Schema.STRING_SCHEMA).build())
                .field("Extra", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.INT32_SCHEMA).build())
                .build();
        Struct value = new Struct(schema)
                .put("Place", new Struct(point).put("x", 32.58))
                .put("Tags", List.of("a"))
                .put("Extra", Map.of("b", 2));

        Struct result = (Struct) apply(schema, value).value();

        result.validate();
        assertEquals(32.58, result.getStruct("Place").get("x"));
        assertEquals(List.of("a"), result.get("Tags"));
        assertEquals(Map.of("b", 2), result.get("Extra"));
    }

    @Test
    void aValueWithoutASchemaIsRefusedWithoutShowingIt() {
        DataException refused = assertThrows(DataException.class, () -> apply(null, Map.of("patient", "Akello Grace")));

        assertTrue(refused.getMessage().contains(TOPIC));
        assertFalse(refused.getMessage().contains("Akello"));
    }
}
