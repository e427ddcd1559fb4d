export { rewritingProxy } from "./rewritingProxy.ts";
