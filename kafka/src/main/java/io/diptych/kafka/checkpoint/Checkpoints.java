package io.diptych.kafka.checkpoint;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.diptych.command.Aggregate;
import io.diptych.command.internal.AggregateState;
import io.diptych.command.internal.AggregateStateCodec;
import io.diptych.command.internal.AggregateStore;
import io.diptych.message.MessageCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stores of one aggregate's partitions on this node, with what they share: a bounded cache of states, RocksDB's
 * memory, and the thread that writes changes behind.
 */
public final class Checkpoints<S> implements AggregateStore.Factory<S>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    /** What a crash makes the next start read again is at most the events of this long. */
    private static final Duration FLUSH_EVERY = Duration.ofSeconds(3);

    /** Changed aggregates of a partition, or their events, that are written before that time is up. */
    static final int FLUSH_AT = 10_000;

    /** Changed aggregates of a partition that may wait to be written. */
    static final int MOST_CHANGED = 30_000;

    /** Events that the snapshots are ahead of the disk, from which on reading them is quicker than the events. */
    static final long FAR_BEHIND = 200_000;

    private static final long ROCKS_WRITE_BYTES = 64L << 20;

    /** What is being written counts as cached: without room beyond that, every state read was read from its file. */
    private static final long ROCKS_CACHE_BYTES = 256L << 20;

    static {
        RocksDB.loadLibrary();
    }

    private record Key(int partition, String id) {}

    private record Cached<S>(AggregateState<S> state, int bytes) {}

    private final Path folder;
    private final String identity;
    private final AggregateStateCodec<S> codec;
    private final SnapshotRecords form;
    private final @Nullable Snapshots snapshots;
    private final Cache<Key, Cached<S>> cache;
    private final LRUCache rocksCache = new LRUCache(ROCKS_CACHE_BYTES);
    private final WriteBufferManager rocksBuffers = new WriteBufferManager(ROCKS_WRITE_BYTES, rocksCache);
    private final BloomFilter filter = new BloomFilter(10);
    private final Options options;
    private final Set<CheckpointStore<S>> open = ConcurrentHashMap.newKeySet();
    private final Semaphore wanted = new Semaphore(0);
    private final Thread writer;
    private volatile boolean closed;

    /**
     * Starts the thread that writes behind.
     *
     * @param folder for the checkpoints of this aggregate on this node
     * @param log tells the event log from any other of that name
     * @param cacheBytes of encoded states that are kept in memory as objects, which take about three times as much
     * @param snapshots null to publish none
     */
    public Checkpoints(
            Path folder,
            String log,
            Aggregate<?, S, ?> aggregate,
            MessageCodec<S> states,
            long cacheBytes,
            @Nullable Snapshots snapshots) {
        byte[] shape = StateShape.of(aggregate);
        this.folder = folder;
        this.identity = log + "/" + HexFormat.of().formatHex(shape);
        this.codec = new AggregateStateCodec<>(states);
        this.form = new SnapshotRecords(shape);
        this.snapshots = snapshots;
        this.cache = Caffeine.newBuilder()
                .maximumWeight(cacheBytes)
                .weigher((Key key, Cached<S> value) -> value.bytes())
                .executor(Runnable::run)
                .build();
        this.options = new Options()
                .setCreateIfMissing(true)
                .setWriteBufferManager(rocksBuffers)
                .setKeepLogFileNum(2)
                .setMaxTotalWalSize(ROCKS_WRITE_BYTES)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                // Or each state that is read is looked for among all that was written lately, where most are not.
                .setMemtablePrefixBloomSizeRatio(0.1)
                .setMemtableWholeKeyFiltering(true)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(rocksCache)
                        .setFilterPolicy(filter)
                        .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash));
        this.writer = Thread.ofPlatform()
                .name("checkpoints-" + aggregate.name())
                .daemon()
                .start(this::writeBehind);
    }

    @Override
    public AggregateStore<S> open(int partition) {
        var store = new CheckpointStore<>(this, partition);
        open.add(store);
        return store;
    }

    StateDatabase openDatabase(int partition) throws CheckpointException {
        return StateDatabase.open(folder.resolve(Integer.toString(partition)), identity, options);
    }

    AggregateStateCodec<S> codec() {
        return codec;
    }

    SnapshotRecords form() {
        return form;
    }

    @Nullable
    Snapshots snapshots() {
        return snapshots;
    }

    @Nullable
    AggregateState<S> cached(int partition, String id) {
        Cached<S> found = cache.getIfPresent(new Key(partition, id));
        return found == null ? null : found.state();
    }

    void cache(int partition, String id, AggregateState<S> state, int bytes) {
        cache.put(new Key(partition, id), new Cached<>(state, bytes));
    }

    /** The states of the partition may change elsewhere now. */
    void forget(int partition) {
        cache.asMap().keySet().removeIf(key -> key.partition() == partition);
    }

    void closed(CheckpointStore<S> store) {
        open.remove(store);
    }

    void flushSoon() {
        wanted.release();
    }

    private void writeBehind() {
        while (!closed) {
            try {
                if (wanted.tryAcquire(FLUSH_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                    wanted.drainPermits(); // All who asked are served at once.
                }
            } catch (InterruptedException e) {
                return; // Nobody but close() interrupts.
            }
            for (CheckpointStore<S> store : open) {
                try {
                    store.flush();
                } catch (RuntimeException e) {
                    LOG.error("A defect: a checkpoint was not written", e);
                }
            }
        }
    }

    /** Deletes a folder with all in it. */
    public static void delete(Path folder) throws IOException {
        Folders.delete(folder);
    }

    /** After all stores are closed. */
    @Override
    public void close() {
        closed = true;
        wanted.release();
        try {
            if (!writer.join(Duration.ofSeconds(2))) {
                LOG.warn("The thread [{}] does not end: what it holds is left to the system", writer.getName());
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (snapshots != null) {
            snapshots.close();
        }
        options.close();
        rocksBuffers.close();
        rocksCache.close();
        filter.close();
    }
}
