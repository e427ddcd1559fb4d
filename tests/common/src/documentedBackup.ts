import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { endWithThisProcess, findMysqlPrograms, repositoryRoot } from "@cart/tools/own-servers";

/** The commands of docs/deployment.md, as they are written there. */
export type DocumentedBackup = {
  /** Writes the dump. Resolves to the file and the position at which the binary logs continue the dump. */
  readonly dump: () => Promise<{ readonly file: string; readonly position: string }>;
  /** Copies the binary logs from the file on, as they are written, until it is ended. */
  readonly archive: (file: string) => Promise<Archive>;
  readonly restoreDump: () => Promise<void>;
  /** Applies the copied binary logs between the two positions. */
  readonly applyLogs: (position: string, stopPosition: number) => Promise<void>;
};

export type BackupOptions = {
  /** A folder of the suite, for the files of the commands. */
  readonly folder: string;
  /** `mysql://…` without a database. */
  readonly mysqlUrl: string;
  /** The database, by default `eventstore`, as the document calls it. */
  readonly database?: string;
};

export type Archive = {
  /** The folder with the copies. */
  readonly folder: string;
  readonly end: () => Promise<void>;
};

/** Text by which a command of the document is recognised. */
const marks = { dump: ">eventstore.sql", archive: "--stop-never", restoreDump: "<eventstore.sql", applyLogs: "--start-position=" };

/** The commands run on the suite's MySQL instead of compose's. Their files are in the suite's folder. */
export const documentedBackup = async ({
  folder: suiteFolder,
  mysqlUrl,
  database = "eventstore",
}: BackupOptions): Promise<DocumentedBackup> => {
  const folder = join(suiteFolder, `backup-${database}`);
  const archived = join(folder, "binlogs");
  const path = await installPrograms(join(folder, "bin"), new URL(mysqlUrl));
  const blocks = await readBlocks();

  const start = (mark: string, variables: Readonly<Record<string, string>>, edit = (command: string) => command): ChildProcess => {
    const found = blocks.filter((block) => block.includes(mark));
    const [block] = found;
    if (block === undefined || found.length > 1) throw new Error(`${found.length} blocks of the document contain ${mark}, expected one`);
    const command = block.replaceAll("docker compose exec -T mysql ", "").replaceAll(/\beventstore\b(?!\.sql)/g, database);
    const shell = spawn("bash", ["-euo", "pipefail", "-c", edit(command)], {
      cwd: folder,
      env: { ...process.env, ...variables, PATH: `${path}${delimiter}${process.env["PATH"] ?? ""}`, MYSQL_ROOT_PASSWORD: "" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    endWithThisProcess(shell);
    return shell;
  };
  const run = async (...args: Parameters<typeof start>): Promise<string> => {
    const shell = start(...args);
    let said = "";
    shell.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text));
    const [code] = (await once(shell, "close")) as [number | null];
    if (code !== 0) throw new Error(`the command of the document with ${args[0]} ended with ${code}`);
    return said;
  };

  return {
    dump: async () => {
      const head = await run(marks.dump, {});
      const [, file, position] = /SOURCE_LOG_FILE='([^']+)', SOURCE_LOG_POS=(\d+)/.exec(head) ?? [];
      if (file === undefined || position === undefined) throw new Error(`the dump does not name its position: ${head}`);
      return { file, position };
    },
    archive: async (file) => {
      const shell = start(marks.archive, { FILE: file, MYSQL_HOST: "127.0.0.1" }, (command) =>
        command.replace(/^MYSQL_PWD/m, "exec env MYSQL_PWD"),
      );
      return {
        folder: archived,
        end: async () => {
          const ended = once(shell, "close");
          shell.kill("SIGTERM");
          await ended;
        },
      };
    },
    restoreDump: async () => void (await run(marks.restoreDump, {})),
    applyLogs: async (position, stopPosition) => {
      const withStop = (command: string) => command.replace(" binlogs/*", ` --stop-position=${stopPosition} binlogs/*`);
      await run(marks.applyLogs, { POSITION: position }, withStop);
    },
  };
};

/** Returns the shell commands of the section on backups. */
const readBlocks = async (): Promise<readonly string[]> => {
  const document = await readFile(join(repositoryRoot, "docs/deployment.md"), "utf8");
  const section = /^## Backup and restore\n([\s\S]*?)^## /m.exec(document)?.[1] ?? "";
  return [...section.matchAll(/^```\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
};

/** Puts a script for each of MySQL's programs into the folder: it runs the program on this server. Returns the folder. */
const installPrograms = async (folder: string, { hostname, port }: URL): Promise<string> => {
  await mkdir(folder, { recursive: true });
  for (const [name, command] of Object.entries(await findMysqlPrograms({ report: () => undefined }))) {
    const script = join(folder, name);
    await writeFile(script, `#!/bin/sh\nexec ${command.join(" ")} --no-defaults --host=${hostname} --port=${port} "$@"\n`);
    await chmod(script, 0o755);
  }
  return folder;
};
