export { leavingPrimary } from "./leavingPrimary.ts";
export { rewritingProxy } from "./rewritingProxy.ts";
