export { deciderSpec, type DeciderSpec } from "./deciderSpec.ts";
export { fixedClock } from "./fixedClock.ts";
export { type AnswerCheck, checkAnswers } from "./openapi/checkAnswers.ts";
export { everyAnswerIsSeen } from "./openapi/everyAnswerIsSeen.ts";
export { openApiSpec } from "./openapi/openApiSpec.ts";
export { bearer, type TokenClaims, tokenEnv } from "./tokens.ts";
export { type TestKafka, useKafka } from "./useKafka.ts";
export { type MysqlDatabaseOptions, type TestDatabase, useMysqlDatabase } from "./useMysqlDatabase.ts";
export { waitFor, type WaitForOptions } from "./waitFor.ts";
