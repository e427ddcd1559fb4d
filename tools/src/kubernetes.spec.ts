import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import { repositoryRoot } from "./paths.ts";

type Container = {
  readonly name: string;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly resources?: { readonly limits?: { readonly memory?: string } };
};
type Manifest = {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly automountServiceAccountToken?: boolean;
        readonly securityContext?: Readonly<Record<string, unknown>>;
        readonly initContainers?: readonly Container[];
        readonly containers: readonly Container[];
      };
    };
  };
};

const folder = join(repositoryRoot, "infra/kubernetes");
const manifests: Manifest[] = readdirSync(folder).flatMap((file) =>
  parseAllDocuments(readFileSync(join(folder, file), "utf8"), { merge: true }).map((document) => document.toJS() as Manifest),
);
const pods = manifests.flatMap(({ kind, metadata, spec }) =>
  spec?.template === undefined ? [] : [{ title: `${kind} ${metadata.name}`, ...spec.template }],
);

describe("the Kubernetes manifests", () => {
  it("have the namespace enforce restricted pod security", () => {
    const namespace = manifests.find(({ kind }) => kind === "Namespace");
    expect(namespace?.metadata.labels).to.include({ "pod-security.kubernetes.io/enforce": "restricted" });
    expect(pods).to.have.length.above(5);
  });

  for (const { title, metadata, spec } of pods) {
    it(`meet it, and bound the memory, in ${title}`, () => {
      expect(spec.automountServiceAccountToken).to.equal(false);
      expect(spec.securityContext).to.deep.include({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      for (const { name, securityContext, resources } of [...(spec.initContainers ?? []), ...spec.containers]) {
        expect(securityContext, name).to.deep.equal({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        expect(resources?.limits?.memory, name).to.be.a("string");
      }
      expect(metadata.labels, "the label by which everything else is refused").to.include({ "app.kubernetes.io/part-of": "cart" });
    });
  }

  it("let exactly the pods that have a server's address talk to it", () => {
    const text = (value: unknown): string => JSON.stringify(value);
    const clientsOf = (server: string): string[] =>
      pods.filter(({ metadata }) => metadata.labels[`cart/${server}`] === "client").map(({ title }) => title);
    const having = (secret: string): string[] =>
      pods.filter(({ spec }) => text(spec).includes(`"name":"${secret}`)).map(({ title }) => title);
    expect(clientsOf("mysql")).to.deep.equal(having("cart-databases"));
    expect(clientsOf("kafka")).to.deep.equal(having("cart-kafka-"));
    expect(clientsOf("shop")).to.deep.equal(having("cart-shop"));
    const selected = manifests.filter(({ kind }) => kind === "NetworkPolicy").map(({ spec }) => spec?.podSelector?.matchLabels ?? {});
    expect(selected).to.deep.include({ "cart/mysql": "client" });
    expect(selected).to.deep.include({ "cart/kafka": "client" });
    expect(selected).to.deep.include({ "cart/shop": "client" });
    expect(selected).to.deep.include({ "app.kubernetes.io/part-of": "cart" });
  });
});
