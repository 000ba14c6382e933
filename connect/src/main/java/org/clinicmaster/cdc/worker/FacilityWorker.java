package org.clinicmaster.cdc.worker;

import java.nio.file.Path;
import org.apache.kafka.connect.cli.ConnectDistributed;
import org.apache.kafka.connect.runtime.Connect;
import org.apache.kafka.connect.runtime.distributed.DistributedHerder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Connect worker of a facility with its figures beside it, and a stop that does not wait for nothing. Where the
 * figures cannot be given, the worker runs without them: no trouble of a measurement may stop the stream. That is why
 * this is no Java agent, which would end the process.
 */
public final class FacilityWorker {

    private static final Logger LOG = LoggerFactory.getLogger(FacilityWorker.class);
    private static final int PORT = 9404;
    private static final Path RULES = Path.of("/opt/connect/metrics.yaml");

    private FacilityWorker() {
    }

    /**
     * Takes what {@link ConnectDistributed} takes.
     *
     * @param args the file of the worker's settings
     */
    public static void main(String[] args) {
        // A daemon, and so is the server's own thread that it starts: neither keeps a worker alive that has ended.
        Thread figures = new Thread(FacilityWorker::giveFigures, "figures");
        figures.setDaemon(true);
        figures.start();
        new Worker(args).run();
    }

    /** Connect's own, which stops without its half minute of waiting. */
    private static final class Worker extends ConnectDistributed {

        Worker(String... args) {
            super(args);
        }

        @Override
        public void processExtraArgs(Connect<DistributedHerder> connect, String[] extraArgs) {
            new PromptStop(connect.herder()).arm();
        }
    }

    private static void giveFigures() {
        try {
            new Figures(RULES).serve(PORT);
        } catch (Exception | LinkageError why) {
            LOG.warn("The worker gives no figures at port {}, and streams without: {}", PORT, why.toString());
        }
    }
}
