package org.clinicmaster.cdc.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.kafka.connect.runtime.distributed.DistributedHerder;
import org.apache.kafka.connect.runtime.distributed.WorkerGroupMember;
import org.junit.jupiter.api.Test;

class PromptStopTest {

    private static final String HERDER = DistributedHerder.class.getName();

    /** The innermost call first; each as {@code class#method}. */
    private static boolean closesConsumers(String... calls) {
        StackTraceElement[] stack = new StackTraceElement[calls.length];
        for (int at = 0; at < calls.length; at++) {
            String[] parts = calls[at].split("#");
            stack[at] = new StackTraceElement(parts[0], parts[1], null, -1);
        }
        return PromptStop.closesConsumers(stack);
    }

    @Test
    void waitsUntilTasksHaveEndedAndTheFirstConsumerIsClosed() {
        String consumer = "org.apache.kafka.clients.consumer.internals.ClassicKafkaConsumer#close";
        String producer = "org.apache.kafka.clients.producer.KafkaProducer#close";
        String log = "org.apache.kafka.connect.util.KafkaBasedLog#stop";
        assertTrue(closesConsumers(consumer, log, HERDER + "#stopServices", HERDER + "#halt"));
        // What was written is not acknowledged yet.
        assertFalse(closesConsumers(producer, log, HERDER + "#stopServices", HERDER + "#halt"));
        // A task that ends closes consumers, too.
        assertFalse(closesConsumers(consumer, "org.apache.kafka.connect.runtime.Worker#stopAndAwaitTasks", HERDER + "#halt"));
    }

    /** That Connect's own class has what is taken from it: another release may not. */
    @Test
    void connectHasTheMember() throws Exception {
        assertEquals(WorkerGroupMember.class, DistributedHerder.class.getDeclaredField("member").getType());
        assertEquals(HERDER, DistributedHerder.class.getDeclaredMethod("stopServices").getDeclaringClass().getName());
    }
}
