import { createConnection, type RowDataPacket } from "mysql2/promise";

const expected: Readonly<Record<string, string>> = {
  sql_mode: "PIPES_AS_CONCAT,ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH",
  time_zone: "+09:00",
  autocommit: "0",
  completion_type: "CHAIN",
  character_set_client: "latin1",
  collation_server: "latin1_german1_ci",
  transaction_isolation: "SERIALIZABLE",
  sql_require_primary_key: "1",
  lower_case_table_names: "1",
  max_allowed_packet: "4194304",
};

/** Throws unless a new session of the URL's user has every hostile setting, also those of `init_connect`. */
export const assertHostile = async (url: string): Promise<void> => {
  const connection = await createConnection(url);
  try {
    const names = Object.keys(expected);
    const [[row]] = await connection.query<RowDataPacket[]>(`SELECT ${names.map((name) => `@@${name} AS ${name}`).join(", ")}`);
    // The server adds modes to those that were set.
    const others = names.filter((name) => !partsOf(expected[name]).every((part) => partsOf(row?.[name]).includes(part)));
    if (others.length > 0)
      throw new Error(`the server is not hostile: ${others.map((name) => `${name} is ${String(row?.[name])}`).join(", ")}`);
  } finally {
    await connection.end();
  }
};

const partsOf = (value: unknown): readonly string[] => String(value).split(",");
