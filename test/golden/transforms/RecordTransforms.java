// Runs the transforms of Apache Kafka over the cases of cases.json and writes what comes out beside them:
// java -cp '<folder with Kafka and its tools>/*' RecordTransforms.java cases.json answers.json
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.Transformation;

public class RecordTransforms {
  static final ObjectMapper JSON = new ObjectMapper();
  static final JsonConverter CONVERTER = new JsonConverter();

  public static void main(String[] args) throws Exception {
    CONVERTER.configure(Map.of("schemas.enable", "true", "converter.type", "value"));
    JsonNode cases = JSON.readTree(new File(args[0]));
    JsonNode records = cases.get("records");
    ArrayNode answers = JSON.createArrayNode();
    for (JsonNode each : cases.get("cases")) {
      ObjectNode answer = answers.addObject();
      answer.set("type", each.get("type"));
      answer.set("record", each.get("record"));
      try {
        run(each, records.get(each.get("record").asText()), answer);
      } catch (Exception error) {
        answer.put("error", error.getClass().getName());
        answer.put("message", error.getMessage());
      }
    }
    StringBuilder text = new StringBuilder("[\n");
    for (int i = 0; i < answers.size(); i++) {
      text.append(JSON.writeValueAsString(answers.get(i))).append(i + 1 < answers.size() ? ",\n" : "\n");
    }
    java.nio.file.Files.writeString(new File(args[1]).toPath(), text.append("]\n").toString());
  }

  @SuppressWarnings("unchecked")
  static void run(JsonNode each, JsonNode given, ObjectNode answer) throws Exception {
    String name = "org.apache.kafka.connect.transforms." + each.get("type").asText();
    Transformation<SinkRecord> transform =
        (Transformation<SinkRecord>) Class.forName(name).getDeclaredConstructor().newInstance();
    Map<String, String> config = new HashMap<>();
    each.get("config").fields().forEachRemaining(entry -> config.put(entry.getKey(), entry.getValue().asText()));
    transform.configure(config);
    SinkRecord result = transform.apply(recordOf(given));
    if (result == null) {
      answer.put("dropped", true);
      return;
    }
    answer.put("topic", result.topic());
    answer.put("timestamp", result.timestamp());
    answer.put("key", text(result.keySchema(), result.key()));
    answer.put("value", text(result.valueSchema(), result.value()));
    ArrayNode headers = answer.putArray("headers");
    for (Header header : result.headers()) {
      headers.addArray().add(header.key()).add(text(header.schema(), header.value()));
    }
  }

  static SinkRecord recordOf(JsonNode given) {
    SchemaAndValue key = valueOf(given.get("key"));
    SchemaAndValue value = valueOf(given.get("value"));
    SinkRecord record = new SinkRecord(given.get("topic").asText(), 3, key.schema(), key.value(), value.schema(),
        value.value(), 42L, given.get("timestamp").asLong(), TimestampType.CREATE_TIME);
    for (JsonNode header : given.get("headers")) {
      SchemaAndValue content = valueOf(header.get(1));
      record.headers().add(header.get(0).asText(), content.value(), content.schema());
    }
    return record;
  }

  static SchemaAndValue valueOf(JsonNode node) {
    if (node.isNull()) return SchemaAndValue.NULL;
    return CONVERTER.toConnectData("t", node.toString().getBytes(StandardCharsets.UTF_8));
  }

  static String text(Schema schema, Object value) {
    byte[] bytes = CONVERTER.fromConnectData("t", schema, value);
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }
}
