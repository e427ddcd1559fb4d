import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import { repositoryRoot } from "./paths.ts";

type Resource = { readonly kind: string; readonly metadata: { readonly name: string }; readonly spec?: Record<string, unknown> };

const read = (file: string): string => readFileSync(join(repositoryRoot, file), "utf8");
const resourcesIn = (file: string): Resource[] =>
  parseAllDocuments(read(`infra/operators/${file}`)).map((document) => {
    expect(document.errors).to.deep.equal([]);
    return document.toJS() as Resource;
  });
const section = (/^## Highly available$.*?(?=^## )/ms.exec(read("docs/deployment.md")) ?? [""])[0];

describe("the resources for operators", () => {
  it("run three brokers and three controllers", () => {
    const pools = resourcesIn("kafka.yaml").filter(({ kind }) => kind === "KafkaNodePool");
    expect(pools.map(({ spec }) => [spec?.["roles"], spec?.["replicas"]])).to.deep.equal([
      [["controller"], 3],
      [["broker"], 3],
    ]);
  });

  it("set what the documents say of Kafka", () => {
    const kafka = resourcesIn("kafka.yaml").find(({ kind }) => kind === "Kafka");
    const { config } = (kafka?.spec?.["kafka"] ?? { config: {} }) as { readonly config: Readonly<Record<string, unknown>> };
    for (const [name, value] of [
      ["min.insync.replicas", 2],
      ["unclean.leader.election.enable", false],
      ["offsets.topic.replication.factor", 3],
    ] as const) {
      expect(config[name], name).to.equal(value);
      expect(section).to.contain(`\`${name}=${value}\``);
    }
  });

  it("set what the documents say of MySQL, on three members", () => {
    const cluster = resourcesIn("mysql.yaml").find(({ kind }) => kind === "InnoDBCluster");
    expect(cluster?.spec?.["instances"]).to.equal(3);
    for (const setting of [
      "sync_binlog=1",
      "innodb_flush_log_at_trx_commit=1",
      "group_replication_consistency=BEFORE_ON_PRIMARY_FAILOVER",
      "group_replication_exit_state_action=OFFLINE_MODE",
    ]) {
      expect(String(cluster?.spec?.["mycnf"]).split("\n")).to.include(setting);
      expect(section).to.contain(`\`${setting}\``);
    }
  });
});
