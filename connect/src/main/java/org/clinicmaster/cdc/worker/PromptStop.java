package org.clinicmaster.cdc.worker;

import java.lang.reflect.Field;
import java.util.Arrays;
import org.apache.kafka.connect.runtime.distributed.DistributedHerder;
import org.apache.kafka.connect.runtime.distributed.WorkerGroupMember;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process as soon as a stop has nothing left to do. Connect 4.3 ends its tasks and stores their positions first; then it
 * closes the consumers of its three topics, each of which waits for the answer to its last question, as long as
 * {@code fetch.max.wait.ms}: half a minute in which nothing is streamed. Its place in the group it gives up last of
 * all. Here the place is given up and the process ended once the first consumer is being closed: what those before it
 * had to write is written by then.
 *
 * <p>Where that cannot be done, Connect's own stop goes on, which takes that half minute.
 */
final class PromptStop {

    private static final Logger LOG = LoggerFactory.getLogger(PromptStop.class);
    /** What Java itself says after SIGTERM, which is how a container is stopped. */
    private static final int TERMINATED = 143;
    private static final long PAUSE_MS = 50;

    private final DistributedHerder herder;

    PromptStop(DistributedHerder herder) {
        this.herder = herder;
    }

    /** From now on a stop is watched. A daemon does it: a stop that takes another way does not wait for it. */
    void arm() {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            Thread watch = new Thread(this::endInTime, "prompt-stop");
            watch.setDaemon(true);
            watch.start();
        }, "prompt-stop-hook"));
    }

    private void endInTime() {
        try {
            while (Thread.getAllStackTraces().values().stream().noneMatch(PromptStop::closesConsumers)) {
                Thread.sleep(PAUSE_MS);
            }
            member().stop();
            LOG.info("Stopped: the tasks have ended, what they stored is in Kafka, the group is left");
            Runtime.getRuntime().halt(TERMINATED);
        } catch (InterruptedException | ReflectiveOperationException | RuntimeException why) {
            LOG.warn("The stop takes as long as Connect needs for it: {}", why.toString());
        }
    }

    /**
     * Connectors and tasks have ended, and Connect is closing the consumer of one of its topics.
     *
     * @param stack of a thread, the innermost call first
     */
    static boolean closesConsumers(StackTraceElement[] stack) {
        boolean services = Arrays.stream(stack).anyMatch(call -> call.getMethodName().equals("stopServices")
                && call.getClassName().equals(DistributedHerder.class.getName()));
        return services && Arrays.stream(stack).anyMatch(call -> call.getMethodName().equals("close")
                && call.getClassName().startsWith("org.apache.kafka.clients.consumer."));
    }

    /** Connect has no other way to it. */
    private WorkerGroupMember member() throws ReflectiveOperationException {
        Field field = DistributedHerder.class.getDeclaredField("member");
        field.setAccessible(true);
        return (WorkerGroupMember) field.get(herder);
    }
}
