export { added, cartId, created, messageOf } from "./cartMessages.ts";
