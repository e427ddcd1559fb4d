import { expect } from "chai";
import { worthShowing } from "./serviceProcess.ts";

describe("a service's output", () => {
  const lines: readonly [string, string, string | undefined][] = [
    ["hides what is below warn", '{"level":30,"msg":"listening"}', undefined],
    ["shows a warning's text", '{"level":40,"msg":"slow"}', "slow"],
    ["shows an error with its reason", '{"level":50,"msg":"failed","err":{"message":"refused"}}', "failed: refused"],
    ["shows that it works again", '{"level":30,"msg":"the relay works again","recovered":true}', "the relay works again"],
    ["shows a line that is no log line", "SyntaxError: unexpected token", "SyntaxError: unexpected token"],
    ["shows JSON that is no log line", "42", "42"],
  ];
  for (const [title, line, shown] of lines) it(title, () => expect(worthShowing(line)).to.equal(shown));
});
