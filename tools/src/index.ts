export { type AcquiredServers, acquireServers } from "./servers/acquireServers.ts";
