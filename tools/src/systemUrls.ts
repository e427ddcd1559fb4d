/** The variables that name the databases and brokers, as every service and command-line tool of the system reads them. */
export type SystemUrls = {
  readonly EVENTSTORE_URL: string;
  readonly READMODEL_URL: string;
  readonly ABANDONMENT_URL: string;
  readonly CONSOLE_URL: string;
  readonly KEYSTORE_URL: string;
  readonly REBUILD_EVENTSTORE_URL: string;
  readonly REBUILD_READMODEL_URL: string;
  readonly KAFKA_BROKERS: string;
};

/** Returns the URL of each of the system's databases on one MySQL server, and the brokers. */
export const systemUrls = (mysqlUrl: string, brokers: readonly string[]): SystemUrls => {
  const database = (name: string): string => {
    const url = new URL(mysqlUrl);
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    EVENTSTORE_URL: database("eventstore"),
    READMODEL_URL: database("readmodel"),
    ABANDONMENT_URL: database("abandonment"),
    CONSOLE_URL: database("console"),
    KEYSTORE_URL: database("keystore"),
    REBUILD_EVENTSTORE_URL: database("eventstore"),
    REBUILD_READMODEL_URL: database("readmodel"),
    KAFKA_BROKERS: brokers.join(","),
  };
};
