import type { Scenario, ScenarioContext } from "./scenario.ts";

/** What stands in one of the two sites: the processes with that number of each service, a broker and a member. The third broker and member stand elsewhere. */
const siteOf = ({ system, cluster: { kafka, group } }: ScenarioContext, index: number) => {
  const services = [system.commandApis[index], system.relays[index], system.projectors()[index]].flatMap((service) => service ?? []);
  const [broker, member] = [kafka.nodes[index], group.members[index]];
  if (broker === undefined || member === undefined || services.length < 3) throw new Error(`site ${index + 1} is not complete`);
  return { services, broker, member };
};

export const lostSite: Scenario = {
  name: "lost-site",
  fault: "one of two sites goes away whole (command-api, relay, projector, broker, MySQL member), and comes back",
  run: async (context) => {
    const { cluster, random, report, pause, injected, recovered } = context;
    await pause(1_500, 2_500);
    const index = random.integer(0, 1);
    const { services, broker, member } = siteOf(context, index);
    // The harder case: the site has the primary.
    if ((await cluster.group.primary()) !== member) await cluster.group.makePrimary(member);
    await pause(1_500, 2_500);
    await Promise.all([...services.map((service) => service.takeAway()), broker.kill(), member.kill()]);
    injected();
    report(`site ${index + 1} is gone`);
    await recovered();
    await pause(1_000, 3_000);
    await Promise.all([broker.start(), member.start()]);
    for (const service of services) service.bringBack();
    await cluster.group.joined(member);
    await Promise.all(services.map((service) => service.ready()));
    await recovered();
    await cluster.group.alike();
  },
};
