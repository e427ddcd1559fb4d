import { kafkaInCeiling, kafkaOutCeiling } from "./ceilings/kafkaCeilings.ts";
import { mysqlCeiling } from "./ceilings/mysqlCeiling.ts";
import { addsToOneCart, appendInProcess, firstAddsByOneClient, firstAddsOverHttp, longStream } from "./figures/appendFigures.ts";
import { archivedRates, commandsWhileArchiving } from "./figures/archiveFigures.ts";
import { visibleBesideBlockedRows } from "./figures/blockedRows.ts";
import { projectorBacklog, rebuild } from "./figures/projectorFigures.ts";
import { relayBacklog, relayLatency } from "./figures/relayFigures.ts";
import { sealingInProcess, sealingOverHttp } from "./figures/sealingFigures.ts";
import { idleCost, visibleAtHalfLoad } from "./figures/systemFigures.ts";
import { visible, visibleAlone, visibleBare } from "./figures/visibleFigures.ts";
import { bareCpu, bareRate, shopHour, wholeWay, wholeWayCpu } from "./figures/wholeWayFigures.ts";
import type { Figure } from "./measurement.ts";

/** Figures run in this order: a ceiling runs before the figures that are measured against it. */
export const figures: readonly Figure[] = [
  {
    name: "mysql",
    title: "ceiling: bare mysql2 loop, 32 connections",
    unit: "commands/s",
    run: mysqlCeiling(32),
    short: { run: mysqlCeiling(32) },
  },
  { name: "bare", title: "ceiling: bare mysql2 loop by turns with the whole way, 32 connections", unit: "commands/s", run: bareRate },
  { name: "cpu-bare", title: "ceiling: CPU of a bare transaction, client and MySQL, 64 connections", unit: "µs", run: bareCpu },
  {
    name: "whole-way/64",
    title: "first adds while all services run, 64 clients",
    unit: "commands/s",
    target: { kind: "ratio", of: "bare", atLeast: 1.2 },
    limits: { failed: 0, visibleMs: 250, largestMegabytes: 200 },
    run: wholeWay(64),
  },
  {
    name: "whole-way/32",
    title: "first adds while all services run, 32 clients",
    unit: "commands/s",
    target: { kind: "ratio", of: "bare", atLeast: 1 },
    limits: { p99: 50, failed: 0, visibleMs: 250, largestMegabytes: 200 },
    run: wholeWay(32),
  },
  {
    name: "whole-way/cpu",
    title: "CPU of a first add in all services, MySQL and Kafka, 64 clients",
    unit: "µs",
    target: { kind: "share", of: "cpu-bare", atMost: 0.8 },
    run: wholeWayCpu,
  },
  {
    name: "whole-way/hour",
    title: "a shop's hour in 60 s, 9 reads to 1 write, p99",
    unit: "ms",
    target: { kind: "atMost", value: 100 },
    limits: { failed: 0 },
    run: shopHour(60),
  },
  { name: "mysql-1", title: "ceiling: bare mysql2 loop, 1 connection", unit: "commands/s", run: mysqlCeiling(1) },
  { name: "kafka-in", title: "ceiling: bare kafkajs producer", unit: "messages/s", run: kafkaInCeiling },
  { name: "kafka-out", title: "ceiling: bare kafkajs consumer", unit: "messages/s", run: kafkaOutCeiling },
  {
    name: "http-first-adds",
    title: "first adds to new carts over HTTP, 32 clients",
    unit: "commands/s",
    target: { kind: "ratio", of: "mysql", atLeast: 1 },
    limits: { p99: 30, failed: 0 },
    run: firstAddsOverHttp,
    short: { run: firstAddsOverHttp },
  },
  {
    name: "append",
    title: "the same append in process, 64 at once",
    unit: "commands/s",
    target: { kind: "ratio", of: "mysql", atLeast: 2.5 },
    run: appendInProcess(64),
    short: { run: appendInProcess(64) },
  },
  {
    name: "http-one-client",
    title: "first adds over HTTP, 1 client",
    unit: "commands/s",
    target: { kind: "ratio", of: "mysql-1", atLeast: 0.5 },
    limits: { failed: 0 },
    run: firstAddsByOneClient,
  },
  {
    name: "http-one-cart",
    title: "adds to one cart over HTTP, 32 clients",
    unit: "commands/s",
    target: { kind: "ratio", of: "mysql", atLeast: 1 },
    limits: { failed: 0 },
    run: addsToOneCart,
  },
  {
    name: "long-stream",
    title: "an add to a cart with 2,000 events against one with 10",
    unit: "times",
    target: { kind: "atMost", value: 1.2 },
    run: longStream,
  },
  {
    name: "relay",
    title: "relay, backlog of 200,000 rows",
    unit: "rows/s",
    target: { kind: "atLeast", value: 30_000 },
    run: relayBacklog(200_000, { warmUps: 2 }),
    short: { title: "relay, backlog of 20,000 rows", run: relayBacklog(20_000) },
  },
  {
    name: "relay-latency",
    title: "outbox commit to Kafka consumer, light load, p50",
    unit: "ms",
    target: { kind: "atMost", value: 5 },
    limits: { p99: 15 },
    run: relayLatency,
  },
  {
    name: "projector",
    title: "projector, backlog of 200,000 events over 50,000 carts",
    unit: "events/s",
    target: { kind: "atLeast", value: 12_000 },
    run: projectorBacklog(50_000, 4),
    short: { title: "projector, backlog of 20,000 events over 5,000 carts", run: projectorBacklog(5_000, 4) },
  },
  {
    name: "rebuild",
    title: "rebuild of the read model, 400,000 events",
    unit: "events/s",
    target: { kind: "atLeast", value: 25_000 },
    run: rebuild(100_000, 4),
  },
  {
    name: "visible-bare",
    title: "ceiling: POST to visible without outbox, order and guards, by turns with the system, p50",
    unit: "ms",
    run: visibleBare,
  },
  {
    name: "visible",
    title: "POST to visible in GET, light load, p50",
    unit: "ms",
    target: { kind: "share", of: "visible-bare", atMost: 1.15 },
    limits: { p50: 10, p99: 40 },
    run: visible,
    short: { run: visibleAlone },
  },
  {
    name: "visible-half-load",
    title: "POST to visible in GET at half of the top load, p99",
    unit: "ms",
    target: { kind: "atMost", value: 250 },
    run: visibleAtHalfLoad,
  },
  {
    name: "blocked-rows",
    title: "POST to visible in GET beside 31,000 rows behind a row that was given up, against without them, p50",
    unit: "times",
    // Rows in the way of every poll made it ten times. The bounds leave room for the machine's other load.
    target: { kind: "atMost", value: 2 },
    limits: { mysqlTimes: 2 },
    run: visibleBesideBlockedRows(31_000),
  },
  {
    name: "archived/rates",
    title: "append, HTTP and relay rates beside 10,000,000 archived events against without, the least",
    unit: "times",
    target: { kind: "atLeast", value: 0.95 },
    run: archivedRates,
  },
  {
    name: "archived/commands",
    title: "p99 of 200 commands/s while carts are archived against the p99 without",
    unit: "times",
    target: { kind: "atMost", value: 3 },
    limits: { failed: 0 },
    run: commandsWhileArchiving,
  },
  {
    name: "sealing/append",
    title: "CPU of an append in process with sealing against without, known shoppers",
    unit: "times",
    target: { kind: "atMost", value: 1.03 },
    run: sealingInProcess("known"),
  },
  {
    name: "sealing/http",
    title: "CPU of a first add over HTTP with sealing against without, known shoppers",
    unit: "times",
    target: { kind: "atMost", value: 1.03 },
    run: sealingOverHttp("known"),
  },
  { name: "sealing/append-new", title: "the same append in process, each by a new shopper", unit: "times", run: sealingInProcess("new") },
  { name: "sealing/http-new", title: "the same first add over HTTP, each by a new shopper", unit: "times", run: sealingOverHttp("new") },
  {
    name: "idle",
    title: "idle cost of all services",
    unit: "% of a core",
    target: { kind: "atMost", value: 3 },
    limits: { mysqlQueriesPerSecond: 100 },
    run: idleCost(60),
  },
];
