package org.clinicmaster.cdc.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.jmx.JmxCollector;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import javax.management.MalformedObjectNameException;

/**
 * What Connect, its producer and Debezium count in JMX, as Prometheus's text.
 *
 * <p>Nothing is read, and hardly a class loaded, until somebody asks: the start and an idle worker cost what they cost without.
 */
final class Figures {

    private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final int OK = 200;
    private static final int FAILED = 500;

    private final Path rules;
    private PrometheusRegistry registry;

    /**
     * @param rules what is read and how it is called: a file of the JMX exporter
     */
    Figures(Path rules) {
        this.rules = rules;
    }

    /** Answers on this container's own loopback, where nothing outside of it gets. */
    HttpServer serve(int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/metrics", this::answer);
        // One after the other: two who ask at once are a rare thing, and threads cost memory.
        server.setExecutor(Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "figures-answer");
            thread.setDaemon(true);
            return thread;
        }));
        server.start();
        return server;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                respond(exchange, OK, text());
            } catch (Exception | LinkageError why) {
                respond(exchange, FAILED, why.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static void respond(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    /** All figures as they are now. */
    byte[] text() throws IOException, MalformedObjectNameException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new PrometheusTextFormatWriter(false).write(out, registry().scrape());
        return out.toByteArray();
    }

    private synchronized PrometheusRegistry registry() throws IOException, MalformedObjectNameException {
        if (registry == null) {
            PrometheusRegistry filled = new PrometheusRegistry();
            new JmxCollector(rules.toFile()).register(filled);
            registry = filled;
        }
        return registry;
    }

    /**
     * Prints the figures of an idle Java process: the image build proves the rules with it and learns the classes to archive.
     *
     * @param args the file of rules
     */
    public static void main(String[] args) throws IOException, MalformedObjectNameException {
        System.out.write(new Figures(Path.of(args[0])).text());
        System.out.flush();
    }
}
