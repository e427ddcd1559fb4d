import kafkajs, { type Kafka } from "kafkajs";

// CommonJS whose enumerations Node.js does not find as named exports.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** Properties of a Kafka that judges every request, and allows what no rule forbids. */
export const kafkaWithAccessControl: Readonly<Record<string, string>> = {
  "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
  "allow.everyone.if.no.acl.found": "true",
};

/** Something that nobody may do any more. */
export type Prohibition = {
  readonly resource: "TOPIC" | "GROUP" | "CLUSTER";
  /** The resource's name; `*` for all of the kind. */
  readonly name: string;
  readonly operation: "ALL" | "READ" | "WRITE" | "IDEMPOTENT_WRITE";
};

/** Forbids something to every client while `work` runs. */
export const whileForbidden = async (kafka: Kafka, prohibitions: readonly Prohibition[], work: () => Promise<void>): Promise<void> => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createAcls({ acl: prohibitions.flatMap(rulesOf) });
    await work();
  } finally {
    await admin.deleteAcls({ filters: prohibitions.flatMap(rulesOf) });
    await admin.disconnect();
  }
};

/** With any rule for a resource, Kafka forbids what no rule allows, so everything else is allowed by name. */
const rulesOf = ({ resource, name, operation }: Prohibition) =>
  [
    { operation: AclOperationTypes[operation], permissionType: AclPermissionTypes.DENY },
    { operation: AclOperationTypes.ALL, permissionType: AclPermissionTypes.ALLOW },
  ].map((rule) => ({
    ...rule,
    resourceType: AclResourceTypes[resource],
    resourceName: name,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: "User:ANONYMOUS",
    host: "*",
  }));
