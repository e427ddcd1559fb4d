export { kafkaWithAccessControl, type Prohibition, whileForbidden } from "./accessControl.ts";
