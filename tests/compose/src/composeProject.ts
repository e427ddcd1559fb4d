import { randomBytes } from "node:crypto";
import { repositoryRoot, UserError } from "@cart/tools/own-servers";
import { execa } from "execa";
import getPort from "get-port";

export type ContainerState = {
  readonly service: string;
  readonly name: string;
  readonly state: string;
  readonly health: string;
  readonly exitCode: number;
};

export type ProjectOptions = { readonly files: readonly string[]; readonly env: Readonly<Record<string, string>> };

export type ComposeProject = {
  readonly commandApi: string;
  readonly queryApi: string;
  /** The same project with these compose files and variables. */
  readonly with: (options: ProjectOptions) => ComposeProject;
  /** Runs `docker compose ARGS`. Resolves to its standard output. */
  readonly compose: (...args: string[]) => Promise<string>;
  /** Runs a program inside a container of the service. Resolves to its standard output. */
  readonly inside: (container: string, ...command: string[]) => Promise<string>;
  /** Lists every container, including exited containers. */
  readonly containers: () => Promise<readonly ContainerState[]>;
  /** Runs a query as the server's administrator. Resolves to the first column of its rows. */
  readonly query: (sql: string) => Promise<string[]>;
  /** Removes everything that the project created, except its images. */
  readonly remove: () => Promise<void>;
};

/** A project with a unique name, free ports and its own image tag, so that a system that runs on this machine is not disturbed. */
export const composeProject = async (): Promise<ComposeProject> => {
  const name = `cart-test-${randomBytes(3).toString("hex")}`;
  const ports = { commandApi: await getPort(), queryApi: await getPort() };
  const env = {
    IMAGE_TAG: "test",
    COMMAND_API_PORT: String(ports.commandApi),
    QUERY_API_PORT: String(ports.queryApi),
    COMMAND_API_OPERATIONS_PORT: String(await getPort()),
    QUERY_API_OPERATIONS_PORT: String(await getPort()),
    // The load comes from one address.
    RATE_LIMIT_PER_MINUTE: "0",
    LOG_LEVEL: "warn",
  };
  return projectAt(name, ports, { files: ["docker-compose.yml"], env });
};

const projectAt = (
  name: string,
  ports: Readonly<Record<"commandApi" | "queryApi", number>>,
  { files, env }: ProjectOptions,
): ComposeProject => {
  const docker = async (...args: string[]): Promise<string> => {
    const { failed, exitCode, stdout, all } = await execa("docker", args, { cwd: repositoryRoot, env, reject: false, all: true });
    if (failed) throw new UserError(`docker ${args.join(" ")} exited with ${exitCode}:\n${all.split("\n").slice(-30).join("\n")}`);
    return stdout;
  };
  const compose = (...args: string[]): Promise<string> =>
    docker("compose", "--project-name", name, ...files.flatMap((file) => ["--file", file]), ...args);

  return {
    commandApi: `http://127.0.0.1:${ports.commandApi}`,
    queryApi: `http://127.0.0.1:${ports.queryApi}`,
    with: (options) => projectAt(name, ports, { files: options.files, env: { ...env, ...options.env } }),
    compose,
    inside: (container, ...command) => docker("exec", container, ...command),
    containers: async () => {
      const lines = (await compose("ps", "--all", "--format", "json")).split("\n").filter((line) => line !== "");
      return lines.map((line) => {
        const { Service, Name, State, Health, ExitCode } = JSON.parse(line) as Record<string, string> & { ExitCode: number };
        return { service: Service ?? "", name: Name ?? "", state: State ?? "", health: Health ?? "", exitCode: ExitCode };
      });
    },
    query: async (sql) => {
      const client = 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mysql --user=root --skip-column-names --batch --execute="$0"';
      return (await compose("exec", "--no-TTY", "mysql", "sh", "-c", client, sql)).split("\n").filter((line) => line !== "");
    },
    remove: async () => void (await compose("down", "--volumes", "--remove-orphans", "--timeout", "20")),
  };
};
