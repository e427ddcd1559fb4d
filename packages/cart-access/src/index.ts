export { forbidden, isAdmin, mayActOn, requireTenantAdmin, tokenRules } from "./cartAccess.ts";
