package org.clinicmaster.cdc.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FiguresTest {

    private static final Path RULES = Path.of("metrics.yaml");
    private static final int ANY_PORT = 0;

    /** A bean like Debezium's. */
    public interface StreamingMXBean {
        long getMilliSecondsBehindSource();

        double getMilliSecondsBehindSourceP50();

        String getLastEvent();
    }

    /** Behind by 1234 ms. */
    public static final class Streaming implements StreamingMXBean {
        @Override
        public long getMilliSecondsBehindSource() {
            return 1234;
        }

        @Override
        public double getMilliSecondsBehindSourceP50() {
            return 77;
        }

        @Override
        public String getLastEvent() {
            return "Nakato";
        }
    }

    @Test
    void readsWhatTheRulesNameAndNothingElse() throws Exception {
        ObjectName name = new ObjectName(
                "debezium.sql_server:type=connector-metrics,server=s,task=0,context=streaming,database=Moh");
        ManagementFactory.getPlatformMBeanServer().registerMBean(new Streaming(), name);
        try {
            String text = new String(new Figures(RULES).text(), StandardCharsets.UTF_8);
            assertTrue(text.contains("\ncdc_stream_milli_seconds_behind_source 1234.0\n"), text);
            assertTrue(text.contains("\ncdc_jvm_heap_used_bytes "), text);
            assertFalse(text.contains("Nakato"), text);
            assertFalse(text.contains("77.0"), text);
            assertFalse(text.contains("java_lang"), text);
        } finally {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
        }
    }

    @Test
    void answersOnLoopbackAlone() throws Exception {
        HttpServer server = new Figures(RULES).serve(ANY_PORT);
        try {
            assertTrue(server.getAddress().getAddress().isLoopbackAddress());
            HttpResponse<String> answer = ask(server);
            assertEquals(200, answer.statusCode());
            assertTrue(answer.body().contains("cdc_jvm_uptime_ms"), answer.body());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void saysWhyWhenItCannotReadItsRules(@TempDir Path dir) throws Exception {
        Path broken = Files.writeString(dir.resolve("metrics.yaml"), "rules: [");
        HttpServer server = new Figures(broken).serve(ANY_PORT);
        try {
            HttpResponse<String> answer = ask(server);
            assertEquals(500, answer.statusCode());
            assertTrue(answer.body().contains("rules"), answer.body());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void refusesAPortThatIsTaken() throws IOException {
        HttpServer first = new Figures(RULES).serve(ANY_PORT);
        try {
            assertThrows(BindException.class, () -> new Figures(RULES).serve(first.getAddress().getPort()));
        } finally {
            first.stop(0);
        }
    }

    private static HttpResponse<String> ask(HttpServer server) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/metrics");
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
