package io.diptych.kafka;

import io.diptych.message.Header;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** A consumer's record, as it is. */
record KafkaRecord(ConsumerRecord<byte[], byte[]> record) implements LogRecord {

    static List<LogRecord> all(ConsumerRecords<byte[], byte[]> records) {
        List<LogRecord> all = new ArrayList<>(records.count());
        records.forEach(record -> all.add(new KafkaRecord(record)));
        return all;
    }

    static ProducerRecord<byte[], byte[]> toProducer(NewRecord record) {
        var headers = new ArrayList<org.apache.kafka.common.header.Header>(
                record.headers().size());
        for (Header header : record.headers()) {
            headers.add(new RecordHeader(header.name(), header.value()));
        }
        return new ProducerRecord<>(record.topic(), record.partition(), record.key(), record.value(), headers);
    }

    @Override
    public String topic() {
        return record.topic();
    }

    @Override
    public int partition() {
        return record.partition();
    }

    @Override
    public long offset() {
        return record.offset();
    }

    @Override
    public byte @Nullable [] key() {
        return record.key();
    }

    @Override
    public byte @Nullable [] value() {
        return record.value();
    }

    @Override
    public byte @Nullable [] header(String name) {
        var header = record.headers().lastHeader(name);
        return header == null ? null : header.value();
    }

    @Override
    public List<Header> headers() {
        List<Header> headers = new ArrayList<>();
        record.headers().forEach(header -> headers.add(new Header(header.key(), header.value())));
        return headers;
    }
}
