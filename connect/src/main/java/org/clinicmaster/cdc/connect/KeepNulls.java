package org.clinicmaster.cdc.connect;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.common.cache.Cache;
import org.apache.kafka.common.cache.LRUCache;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.transforms.Transformation;

/**
 * Makes every field of a row optional, takes its default away and undoes Debezium's placeholder, so that NULL stays NULL.
 *
 * <p>Three things go wrong without it. A NULL in a column that has a default is read, by {@link Struct#get}, as that
 * default. And one hospital's NOT NULL or DEFAULT becomes a constraint of the warehouse's table, which all hospitals
 * share. What identifies a row is the record's key, which this transform does not touch. And Debezium 3.6 writes
 * {@code unavailable.value.placeholder} for a NULL in a text, ntext, image or xml column of an update that left the column
 * alone (or seems to have: in tables of more than eight columns it reads the wrong bits of the update mask, Debezium
 * issue 2650). The new image of an update, which is all that {@code unwrap} leaves, always holds the true value
 * (Microsoft's description of {@code cdc.<capture_instance>_CT}), so there NULL means NULL.
 *
 * <p>To be placed right after {@code unwrap}: whatever reads a row earlier may already have filled in defaults.
 *
 * @param <R> source or sink record
 */
public final class KeepNulls<R extends ConnectRecord<R>> implements Transformation<R>, Versioned {

    /** More than a hospital has tables; a table's schema changes only when somebody alters the table. */
    private static final int CACHED_SCHEMAS = 1_000;

    /** The same name as the connector's own setting. */
    private static final String PLACEHOLDER_SETTING = "unavailable.value.placeholder";
    private static final String DEBEZIUMS_PLACEHOLDER = "__debezium_unavailable_value";

    private static final ConfigDef SETTINGS = new ConfigDef().define(
            PLACEHOLDER_SETTING,
            ConfigDef.Type.STRING,
            DEBEZIUMS_PLACEHOLDER,
            new ConfigDef.NonEmptyString(),
            ConfigDef.Importance.LOW,
            "What the connector writes for a value that it takes for unavailable; NULL is put in its place.");

    private final Cache<Schema, Schema> relaxedSchemas = new LRUCache<>(CACHED_SCHEMAS);
    private String placeholder = DEBEZIUMS_PLACEHOLDER;
    private byte[] placeholderBytes = placeholder.getBytes(StandardCharsets.UTF_8);

    @Override
    public R apply(R message) {
        if (message.value() == null) {
            // A tombstone, or the schema that some deletes carry in place of a row.
            return message;
        }
        if (!(message.value() instanceof Struct row)) {
            throw new DataException("KeepNulls needs a row with a schema, but topic " + message.topic()
                    + " carried " + message.value().getClass().getSimpleName()
                    + ". Put it after unwrap and give it the predicate that matches table topics.");
        }
        Schema schema = relaxedSchemaOf(row);
        return message.newRecord(
                message.topic(),
                message.kafkaPartition(),
                message.keySchema(),
                message.key(),
                schema,
                copyWithoutDefaults(row, schema),
                message.timestamp(),
                message.headers());
    }

    private Schema relaxedSchemaOf(Struct row) {
        Schema known = relaxedSchemas.get(row.schema());
        if (known != null) {
            return known;
        }
        Schema relaxed = relaxFields(row.schema());
        relaxedSchemas.put(row.schema(), relaxed);
        return relaxed;
    }

    private static Schema relaxFields(Schema row) {
        SchemaBuilder builder = describedLike(row, SchemaBuilder.struct());
        if (row.isOptional()) {
            builder.optional();
        }
        for (Field field : row.fields()) {
            builder.field(field.name(), relax(field.schema()));
        }
        return builder.build();
    }

    /** The same type, name, version, documentation and parameters; optional; no default. */
    private static Schema relax(Schema column) {
        if (column.isOptional() && column.defaultValue() == null) {
            return column;
        }
        SchemaBuilder builder = switch (column.type()) {
            case ARRAY -> SchemaBuilder.array(column.valueSchema());
            case MAP -> SchemaBuilder.map(column.keySchema(), column.valueSchema());
            case STRUCT -> {
                SchemaBuilder struct = SchemaBuilder.struct();
                column.fields().forEach(field -> struct.field(field.name(), field.schema()));
                yield struct;
            }
            default -> new SchemaBuilder(column.type());
        };
        return describedLike(column, builder).optional().build();
    }

    private static SchemaBuilder describedLike(Schema original, SchemaBuilder builder) {
        builder.name(original.name()).version(original.version()).doc(original.doc());
        if (original.parameters() != null) {
            builder.parameters(original.parameters());
        }
        return builder;
    }

    private Struct copyWithoutDefaults(Struct row, Schema schema) {
        Struct copy = new Struct(schema);
        for (Field field : schema.fields()) {
            Object value = row.getWithoutDefault(field.name());
            // A struct must carry the very schema of its field, so a nested one (a point, say) is copied too.
            copy.put(field, value instanceof Struct nested && !nested.schema().equals(field.schema())
                    ? copyWithoutDefaults(nested, field.schema())
                    : isPlaceholder(value) ? null : value);
        }
        return copy;
    }

    private boolean isPlaceholder(Object value) {
        if (value instanceof String text) {
            return text.equals(placeholder);
        }
        if (value instanceof byte[] bytes) {
            return Arrays.equals(bytes, placeholderBytes);
        }
        return value instanceof ByteBuffer buffer && buffer.equals(ByteBuffer.wrap(placeholderBytes));
    }

    @Override
    public String version() {
        String version = KeepNulls.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }

    @Override
    public ConfigDef config() {
        return SETTINGS;
    }

    @Override
    public void configure(Map<String, ?> configs) {
        // Which topics are tables is the predicate's business.
        placeholder = (String) SETTINGS.parse(configs).get(PLACEHOLDER_SETTING);
        placeholderBytes = placeholder.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        // Holds no resource.
    }
}
