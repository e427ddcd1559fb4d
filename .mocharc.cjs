const { join } = require("node:path");

module.exports = {
  "node-option": ["conditions=source", "import=tsx"],
  require: [join(__dirname, "packages/testkit/src/endAfterSpecs.ts")],
  spec: ["src/**/*.spec.ts"],
  forbidOnly: true,
  forbidPending: true,
  failZero: true,
  timeout: 60_000,
  reporter: "dot",
};
