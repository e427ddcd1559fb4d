import { spawn } from "node:child_process";
import { readlink, writeFile } from "node:fs/promises";
import { endWithThisProcess, type ServerHost, waitUntil } from "@cart/tools/own-servers";
import { execa } from "execa";

/** A network of hosts on this machine, whose connections can be cut. The suite's own processes always reach every host. */
export type Network = {
  /** Drops everything between the host and the others, silently and in both directions. */
  readonly cut: (host: ServerHost, others: readonly ServerHost[]) => Promise<void>;
  /** Ends every cut. */
  readonly heal: () => Promise<void>;
};

export type NetworkWithHosts = Network & { readonly hosts: readonly ServerHost[]; readonly stop: () => Promise<void> };

/** The addresses of all hosts. */
export const subnet = "10.77.0.0/16";

const addressOf = (number: number): string => `10.77.${number}.2`;
const gatewayOf = (number: number): string => `10.77.${number}.1`;

/**
 * Creates hosts, each a network namespace, in the namespace of this process, which must be its own. This namespace is the
 * router between them, so a rule of its routing cuts two hosts from each other.
 */
export const createNetwork = async (count: number): Promise<NetworkWithHosts> => {
  await ip("link", "set", "lo", "up");
  await writeFile("/proc/sys/net/ipv4/ip_forward", "1");
  const holders: { readonly host: ServerHost; readonly stop: () => void }[] = [];
  for (let number = 1; number <= count; number += 1) holders.push(await createHost(number));

  const rules: (readonly string[])[] = [];
  const cut: Network["cut"] = async (host, others) => {
    for (const { address } of others) {
      for (const rule of [
        ["from", host.address, "to", address, "blackhole"],
        ["from", address, "to", host.address, "blackhole"],
      ]) {
        await ip("rule", "add", ...rule);
        rules.push(rule);
      }
    }
  };
  const heal = async (): Promise<void> => {
    for (const rule of rules.splice(0)) await ip("rule", "del", ...rule);
  };
  const stop = (): Promise<void> => {
    for (const holder of holders) holder.stop();
    return Promise.resolve();
  };
  return { hosts: holders.map(({ host }) => host), cut, heal, stop };
};

/** A process that does nothing holds the host's namespace, so that a server that is killed and started again finds it. */
const createHost = async (number: number): Promise<{ readonly host: ServerHost; readonly stop: () => void }> => {
  const holder = spawn("unshare", ["--net", "--", "sleep", "infinity"], { detached: true, stdio: "ignore" });
  endWithThisProcess(holder);
  const { pid } = holder;
  if (pid === undefined) throw new Error("unshare could not be started");
  const own = await readlink("/proc/self/ns/net");
  await waitUntil(`the network namespace of host ${number}`, 10, async () => {
    if ((await readlink(`/proc/${pid}/ns/net`)) === own) throw new Error("it is the suite's own");
  });
  const within = ["nsenter", `--net=/proc/${pid}/ns/net`, "--"];
  const [nsenter = "nsenter", ...options] = within;
  const inside = (...args: readonly string[]) => execa(nsenter, [...options, "ip", ...args]);

  const device = `host${number}`;
  await ip("link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", String(pid));
  await ip("addr", "add", `${gatewayOf(number)}/24`, "dev", device);
  await ip("link", "set", device, "up");
  await inside("link", "set", "lo", "up");
  await inside("addr", "add", `${addressOf(number)}/24`, "dev", "eth0");
  await inside("link", "set", "eth0", "up");
  await inside("route", "add", "default", "via", gatewayOf(number));
  return { host: { address: addressOf(number), within }, stop: () => void holder.kill("SIGKILL") };
};

const ip = async (...args: readonly string[]): Promise<void> => void (await execa("ip", args));
