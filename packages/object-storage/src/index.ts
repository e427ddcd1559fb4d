export { type ObjectStorage, ObjectTooLargeError } from "./objectStorage.ts";
export { openObjectStorage } from "./openObjectStorage.ts";
