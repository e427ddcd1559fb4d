import { type KafkaNode, type KafkaProgram, newClusterId, startKafkaNode } from "./kafkaNode.ts";
import { chooseFreePort, portOf, retryTakenPorts } from "./ports.ts";
import { loopback, type OwnProcess, type RunningKafka, type ServerPlan } from "./runningServer.ts";

/** Starts a real Kafka on loopback as one KRaft node. Creates its data folder if it does not exist. */
export const startKafkaProcess = async (program: KafkaProgram, plan: ServerPlan): Promise<RunningKafka & OwnProcess> => {
  const { provider, description } = program;
  const serveOn = async (port: number): Promise<RunningKafka & OwnProcess> => {
    const node: KafkaNode = {
      id: 1,
      roles: ["broker", "controller"],
      port,
      controllerPort: plan.ports?.kafkaController ?? (await (plan.choosePort ?? chooseFreePort)([])),
      advertisedPort: plan.ports?.kafkaAdvertised ?? port,
      host: loopback,
      folder: plan.folder,
    };
    const { pid, stop, kill, died } = await startKafkaNode({
      program,
      node,
      cluster: [node],
      clusterId: newClusterId(),
      properties: plan.kafkaProperties ?? {},
      ...(plan.signal === undefined ? {} : { signal: plan.signal }),
    });
    return {
      provider,
      brokers: [`127.0.0.1:${node.advertisedPort}`],
      description: `${description} on port ${port}`,
      pid,
      stop,
      kill,
      died,
    };
  };
  if (plan.ports?.kafka !== undefined) return serveOn(plan.ports.kafka);
  const ports = portOf("Kafka", 9092, plan);
  return retryTakenPorts("Kafka", plan, async () => {
    const port = await ports.choose();
    const server = await serveOn(port);
    await ports.keep(port);
    return server;
  });
};
