/** Settings of a server that the code must not rely on, each of them far from the default. */
export const hostileOptions: readonly string[] = [
  "--sql-mode=NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT,PAD_CHAR_TO_FULL_LENGTH",
  "--default-time-zone=+09:00",
  "--autocommit=0",
  "--completion-type=CHAIN",
  "--character-set-server=latin1",
  "--collation-server=latin1_german1_ci",
  "--transaction-isolation=SERIALIZABLE",
  "--sql-require-primary-key=ON",
  "--lower-case-table-names=1",
  "--max-allowed-packet=4M",
  "--init-connect=SET NAMES latin1",
];
