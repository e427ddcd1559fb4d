/**
 * DEVELOPMENT ONLY. These credentials are for servers that these tools start themselves, on loopback or in a network of their own. A deployed
 * system gets its own from its environment.
 */
const developmentCredentials = { mysqlUser: "root", mysqlPassword: "" } as const;

export const mysqlUrlAt = (port: number, password: string = developmentCredentials.mysqlPassword, address = "127.0.0.1"): string =>
  `mysql://${developmentCredentials.mysqlUser}${password === "" ? "" : `:${password}`}@${address}:${port}`;
