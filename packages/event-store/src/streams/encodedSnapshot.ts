export type EncodedSnapshot = { readonly version: number; readonly schemaVersion: number; readonly state: string };
