export { openObjectStorage } from "./openObjectStorage.ts";
