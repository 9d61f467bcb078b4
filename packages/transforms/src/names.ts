// What the built-in transforms and predicates are called.

const VERSION = '0.1.0'

/** A transform of Apache Kafka by its simple name. */
export function kafkaTransform(name: string) {
  return { className: `org.apache.kafka.connect.transforms.${name}`, version: VERSION }
}

export function kafkaPredicate(name: string) {
  return { className: `org.apache.kafka.connect.transforms.predicates.${name}`, version: VERSION }
}

export function debeziumTransform(name: string) {
  return { className: `io.debezium.transforms.${name}`, version: VERSION }
}
