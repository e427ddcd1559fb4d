export { type RunningS3, startS3 } from "./servers/s3Process.ts";
export { type AcquiredServers, acquireServers } from "./servers/acquireServers.ts";
