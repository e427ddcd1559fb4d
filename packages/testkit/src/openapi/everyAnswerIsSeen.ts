import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { OpenApiDocument } from "@cart/http-kit";
import type { Suite } from "mocha";
import { answersSeen } from "./checkAnswers.ts";
import { operationsOf } from "./operationsOf.ts";

/**
 * Call it outside of any `describe`, in one spec file of a service: once all its suites have run, each answer that the
 * document promises has to have been seen by `checkAnswers`, each type of problem of each operation too.
 */
export const everyAnswerIsSeen = (document: OpenApiDocument): void => {
  after("every documented answer was given in some suite", function () {
    const root = this.test?.parent;
    if (root === undefined || !isWholeRun(root)) return;
    const missing = documentedAnswers(document).filter((answer) => !answersSeen.has(answer));
    if (missing.length > 0) throw new Error(["documented answers that no suite was given:", ...missing].join("\n  "));
  });
};

const documentedAnswers = (document: OpenApiDocument): string[] =>
  operationsOf(document).flatMap(({ operation: { operationId, responses } }) =>
    Object.entries(responses).flatMap(([status, { content = {} }]) => {
      const problems = Object.keys(content["application/problem+json"]?.examples ?? {});
      return problems.length === 0
        ? [`${operationId} ${status}`]
        : problems.map((problem) => `${operationId} ${status} /problems/${problem}`);
    }),
  );

/** Not one file of it, nor what a `--grep` leaves. */
const isWholeRun = (root: Suite): boolean => {
  const files = new Set(root.suites.map(({ file }) => (file === undefined ? "" : resolve(file))));
  const specs = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".int.spec.ts"));
  let isWhole = specs.every((file) => files.has(resolve(join("src", file))));
  root.eachTest(({ state }) => {
    isWhole &&= state !== undefined;
  });
  return isWhole;
};
