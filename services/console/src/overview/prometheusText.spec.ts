import { expect } from "chai";
import { parseSamples } from "./prometheusText.ts";

describe("Prometheus' text format", () => {
  it("is read with its labels, and without the series that nobody asked for", () => {
    const text = [
      "# HELP cart_commands_total Commands",
      'cart_commands_total{command="add",result="success"} 12',
      'cart_commands_total{command="a\\"b\\\\c\\nd"} 1.5e3',
      "outbox_oldest_pending_seconds 0",
      "other 1",
      "outbox_rows is absent: no answer",
    ].join("\n");
    expect(parseSamples(text, new Set(["cart_commands_total", "outbox_oldest_pending_seconds", "outbox_rows"]))).to.deep.equal([
      { name: "cart_commands_total", labels: { command: "add", result: "success" }, value: 12 },
      { name: "cart_commands_total", labels: { command: 'a"b\\c\nd' }, value: 1500 },
      { name: "outbox_oldest_pending_seconds", labels: {}, value: 0 },
    ]);
  });
});
