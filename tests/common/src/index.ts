export { type Archive, documentedBackup, type DocumentedBackup } from "./documentedBackup.ts";
export { readTopic } from "./readTopic.ts";
export { runParts } from "./runParts.ts";
export { runSuite, type SuiteRun, type SuiteVerdict } from "./runSuite.ts";
export { untilAborted } from "./untilAborted.ts";
export type { SuiteValues } from "./suiteCommand.ts";
