module.exports = { ...require("../../.mocharc.cjs"), spec: ["src/**/*.int.spec.ts"] };
