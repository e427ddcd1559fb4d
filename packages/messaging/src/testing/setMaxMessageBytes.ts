import kafkajs, { type Kafka } from "kafkajs";

// CommonJS whose enumerations Node.js does not find as named exports.
const { ConfigResourceTypes } = kafkajs;

/** Sets the topic's `max.message.bytes`. Kafka answers before the setting has its effect. */
export const setMaxMessageBytes = async (kafka: Kafka, topic: string, bytes: number): Promise<void> => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const configEntries = [{ name: "max.message.bytes", value: String(bytes) }];
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }] });
  } finally {
    await admin.disconnect();
  }
};
