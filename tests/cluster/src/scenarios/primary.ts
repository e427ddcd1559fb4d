import { formerPrimary } from "./formerPrimary.ts";
import { lackingCopy } from "./lackingCopy.ts";
import { networkOf, type Scenario } from "./scenario.ts";

const kills = 2;

const killedPrimary: Scenario = {
  name: "kill-primary",
  fault: "`kill -9` of the MySQL primary, which then rejoins",
  run: async ({ cluster: { group }, report, pause, injected, recovered }) => {
    for (let kill = 1; kill <= kills; kill += 1) {
      await pause(1_500, 3_000);
      const primary = await group.primary();
      await primary.kill();
      injected();
      await recovered();
      report(`member ${(await group.primary()).id} follows member ${primary.id}`);
      await primary.start();
      await group.joined(primary);
    }
    await group.alike();
  },
};

const switches = 3;

/** HAProxy leaves the open connections to the former primary alone, so the services have to notice by themselves. */
const switchedPrimary: Scenario = {
  name: "switch-primary",
  fault: "the MySQL primary switched on purpose; the former one stays up, read-only",
  run: async ({ cluster: { group }, random, report, pause, injected, recovered }) => {
    for (let count = 1; count <= switches; count += 1) {
      await pause(1_500, 3_000);
      const former = await group.primary();
      const next = random.pick(group.members.filter((member) => member !== former));
      await group.makePrimary(next);
      injected();
      await group.readOnly(former);
      report(`member ${next.id} follows member ${former.id}`);
      await recovered();
    }
    await group.alike();
  },
};

const killedMember: Scenario = {
  name: "rejoining-member",
  fault: "a MySQL member that is not the primary killed or stopped, then started again",
  run: async ({ cluster: { group }, random, pause, injected, recovered }) => {
    for (const how of ["kill", "stop"] as const) {
      await pause(1_000, 2_000);
      const primary = await group.primary();
      const member = random.pick(group.members.filter((each) => each !== primary));
      await member[how]();
      injected();
      await recovered();
      await pause(1_000, 4_000);
      await member.start();
      await group.joined(member);
    }
    await group.alike();
  },
};

const cut: Scenario = {
  name: "cut-members",
  cutsConnections: true,
  fault: "a MySQL member cut off from the others, which the clients still reach, then the primary",
  run: async ({ cluster, random, report, pause, injected, recovered }) => {
    const { group } = cluster;
    const network = networkOf(cluster);
    for (const whom of ["another", "primary"] as const) {
      await pause(1_500, 2_500);
      const primary = await group.primary();
      const victim = whom === "primary" ? primary : random.pick(group.members.filter((member) => member !== primary));
      const others = group.members.filter((member) => member !== victim);
      await network.cut(
        victim.host,
        others.map(({ host }) => host),
      );
      injected();
      await recovered();
      // Without a majority the former primary gives up, and then refuses writes.
      await group.readOnly(victim);
      report(`member ${victim.id} was cut off; member ${(await group.primary()).id} is the primary`);
      await network.heal();
      await group.joined(victim);
    }
    await group.alike();
  },
};

export const primaryScenarios: readonly Scenario[] = [killedPrimary, switchedPrimary, formerPrimary, killedMember, cut, lackingCopy];
