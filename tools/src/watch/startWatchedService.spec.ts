import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Death } from "../servers/runningServer.ts";
import type { ServiceProcess } from "../serviceProcess.ts";
import { startWatchedService } from "./startWatchedService.ts";

describe("a watched service", () => {
  let folder = "";
  let service: ServiceProcess | undefined;
  let onStart: (number: number) => void = () => undefined;
  let die: (death: Death) => void = () => undefined;
  const lines: string[] = [];
  const stopped: number[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "cart-watch-"));
    await writeFile(join(folder, "main.ts"), "0");
    lines.length = 0;
    stopped.length = 0;
    service = await startWatchedService({
      name: "projector",
      folders: [folder],
      start: (number) => {
        onStart(number);
        return { died: new Promise((resolve) => void (die = resolve)), stop: async () => void stopped.push(number) };
      },
      report: (line) => lines.push(line),
    });
  });
  afterEach(async () => {
    await service?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Resolves with the number of the next process that starts after the change. */
  const startedBy = async (change: () => Promise<unknown>): Promise<number> => {
    const started = new Promise<number>((resolve) => void (onStart = resolve));
    await change();
    return started;
  };
  const save = (path: string) => writeFile(join(folder, path), String(Math.random()));
  const saveByRename = async (path: string): Promise<void> => {
    await save(`.${path}.swp`);
    await rename(join(folder, `.${path}.swp`), join(folder, path));
  };
  const saveByReplacement = async (path: string): Promise<void> => {
    await rm(join(folder, path));
    await save(path);
  };

  it("starts again after each save, also by rename (vim, JetBrains) and by replacement (git)", async () => {
    const saves = [saveByRename, saveByRename, save, saveByReplacement, saveByRename, saveByReplacement, save, saveByRename];
    for (const [index, saveFile] of saves.entries()) expect(await startedBy(() => saveFile("main.ts"))).to.equal(index + 2);
    expect(stopped).to.deep.equal(saves.map((_, index) => index + 1));
    expect(lines[0]).to.match(/^projector starts again because .*main\.ts has changed$/);
  });

  it("starts again after a file was added in a new folder, and after that file was saved by rename", async () => {
    const inNewFolder = async (): Promise<void> => {
      await mkdir(join(folder, "rooms"));
      await save("rooms/a.ts");
    };
    expect(await startedBy(inNewFolder)).to.equal(2);
    expect(
      await startedBy(async () => {
        await save("rooms/.a.swp");
        await rename(join(folder, "rooms/.a.swp"), join(folder, "rooms/a.ts"));
      }),
    ).to.equal(3);
  });

  it("starts again once after a change of many files, and not after one of a spec", async () => {
    const files = Array.from({ length: 50 }, (_, index) => `file${index}.ts`);
    await save("a.spec.ts");
    expect(await startedBy(() => Promise.all(files.map(save)))).to.equal(2);
    expect(await startedBy(() => saveByRename("main.ts"))).to.equal(3);
  });

  it("reports a process that ended by itself, and starts again at the next change", async () => {
    die({ description: "projector died (exit code 1)" });
    expect(await startedBy(() => saveByRename("main.ts"))).to.equal(2);
    expect(lines[0]).to.equal("projector died (exit code 1)\nprojector starts again when a file changes");
  });

  it("does not start again once it is stopped", async () => {
    onStart = (number) => expect.fail(`process ${number} was started`);
    await saveByRename("main.ts");
    await service?.stop();
    expect(stopped).to.deep.equal([1]);
  });
});
