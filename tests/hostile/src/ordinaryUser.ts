import { createConnection } from "mysql2/promise";

/**
 * Creates a user with every privilege except those for which the server does not run `init_connect`, and returns the
 * server's URL with this user.
 */
export const ordinaryUser = async (adminUrl: string): Promise<string> => {
  const connection = await createConnection(adminUrl);
  try {
    await connection.query("CREATE USER 'ordinary'@'%' IDENTIFIED BY 'development'");
    await connection.query("GRANT ALL ON *.* TO 'ordinary'@'%' WITH GRANT OPTION");
    await connection.query("REVOKE SUPER, CONNECTION_ADMIN ON *.* FROM 'ordinary'@'%'");
  } finally {
    await connection.end();
  }
  const url = new URL(adminUrl);
  url.username = "ordinary";
  url.password = "development";
  return url.href;
};
