export { kafkaWithAccessControl, type Prohibition, whileForbidden } from "./accessControl.ts";
export { setMaxMessageBytes } from "./setMaxMessageBytes.ts";
