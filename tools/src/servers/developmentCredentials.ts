/**
 * DEVELOPMENT ONLY. These credentials are for servers that these tools start themselves, on loopback or in a network of their own. A deployed
 * system gets its own from its environment.
 */
const developmentCredentials = {
  mysqlUser: "root",
  mysqlPassword: "",
  personalDataKeys: "development:ZGV2ZWxvcG1lbnQgb25seSwgbm90IGEgc2VjcmV0ISE=",
} as const;

export const mysqlUrlAt = (port: number, password: string = developmentCredentials.mysqlPassword, address = "127.0.0.1"): string =>
  `mysql://${developmentCredentials.mysqlUser}${password === "" ? "" : `:${password}`}@${address}:${port}`;

/** Returns the master keys of personal data: those of the environment, or the key of development. */
export const personalDataKeys = ({ PERSONAL_DATA_KEYS: given = "" }: Readonly<NodeJS.ProcessEnv>): string =>
  given === "" ? developmentCredentials.personalDataKeys : given;
